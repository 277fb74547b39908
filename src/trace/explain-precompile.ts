// Which offset of a signature precompile's data points nowhere: the instruction it names is not there, or is too short.
// Source: agave precompiles/src/{ed25519,secp256k1,secp256r1}.rs.

import type { FrameView } from './explain-view.ts';

interface Layout {
  /** Where the first signature's offsets begin, and how far the next are. */
  readonly start: number;
  readonly stride: number;
  /** Bytes of an instruction's index, and the one that means the precompile's own. */
  readonly indexLen: 1 | 2;
  /** What is pointed at: name, where its offset stands, where its instruction's index, its length or where that stands. */
  readonly parts: readonly (readonly [
    name: string,
    offsetAt: number,
    indexAt: number,
    length: number | { readonly at: number },
  ])[];
}

const CURVE_25519: Layout = {
  start: 2,
  stride: 14,
  indexLen: 2,
  parts: [
    ['signature', 0, 2, 64],
    ['public key', 4, 6, 32],
    ['message', 8, 12, { at: 10 }],
  ],
};

const LAYOUTS: Readonly<Record<string, Layout>> = {
  Ed25519SigVerify111111111111111111111111111: CURVE_25519,
  Secp256r1SigVerify1111111111111111111111111: {
    ...CURVE_25519,
    parts: [CURVE_25519.parts[0], ['public key', 4, 6, 33], CURVE_25519.parts[2]],
  },
  KeccakSecp256k11111111111111111111111111111: {
    start: 1,
    stride: 11,
    indexLen: 1,
    parts: [
      ['signature', 0, 2, 65],
      ['Ethereum address', 3, 5, 20],
      ['message', 6, 10, { at: 8 }],
    ],
  },
};
const OWN = 0xffff;

export function lookAtPrecompile(view: FrameView): void {
  const { data, programAddress } = view.frame;
  const layout = programAddress === null ? undefined : LAYOUTS[programAddress];
  if (layout === undefined) return;
  const u16 = (at: number) => (data[at] ?? 0) | ((data[at + 1] ?? 0) << 8);
  for (let i = 0; i < data[0]; i++) {
    const at = layout.start + i * layout.stride;
    if (at + layout.stride > data.length) return;
    for (const [name, offsetAt, indexAt, length] of layout.parts) {
      const offset = u16(at + offsetAt);
      const index = layout.indexLen === 1 ? data[at + indexAt] : u16(at + indexAt);
      const isOwn = layout.indexLen === 2 && index === OWN;
      const named = isOwn ? view.frame : view.trace.instructions[index];
      const end = offset + (typeof length === 'number' ? length : u16(at + length.at));
      if (named !== undefined && end <= named.data.length) continue;
      const where = isOwn ? 'its own data' : `the data of instruction #${index}`;
      view.add(
        'state',
        named === undefined
          ? `An offset points nowhere: the ${name} of signature ${i} is to be in instruction #${index}, and the transaction has ${view.trace.instructions.length}.`
          : `An offset points past the end: the ${name} of signature ${i} is to be at bytes ${offset} to ${end} of ${where}, which has ${named.data.length}.`,
        `Count instructions from 0, with those of Compute Budget${layout.indexLen === 2 ? '; 65535 means the instruction itself' : ''}.`,
        undefined,
        ['InvalidDataOffsets'],
      );
      return;
    }
  }
}
