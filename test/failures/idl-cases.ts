// What a registered IDL asks of an instruction and the instruction does not give: broken transactions that were written
// before looking at how they are explained.

import { failure } from './case.ts';
import * as s from './scene.ts';

const { ALICE, VAULT, OUTER, meta, u8, u32, u64, join, instruction } = s;

const TAKE = u8(1, 2, 3, 4, 5, 6, 7, 8);
const KEEPER = { name: 'keeper', signer: true };
const HOARD = { name: 'hoard', writable: true };

/** The runtime's own errors are returned as their number in the upper half. */
const play = (scene: s.Scene, error: bigint, idl: object, accounts: s.Meta[], data: Uint8Array) => {
  scene.account(ALICE);
  scene.account(VAULT, { owner: OUTER });
  scene.program(OUTER, { asm: `entrypoint:\n lddw r0, ${error}\n exit` });
  scene.svm.registerIdl(idl, OUTER.toString() as never);
  return scene.send([instruction(OUTER, accounts, data)]);
};

const anchor = {
  address: OUTER.toString(),
  metadata: { name: 'cave', version: '0.1.0', spec: '0.1.0' },
  instructions: [
    {
      name: 'take_out',
      discriminator: [...TAKE],
      accounts: [KEEPER, HOARD],
      args: [{ name: 'amount', type: 'u64' }],
    },
  ],
};
const anchorOld = {
  name: 'cave',
  version: '0.1.0',
  instructions: [
    {
      name: 'takeOut',
      discriminator: [...TAKE],
      accounts: [{ name: 'keeper', isSigner: true, isMut: false }],
      args: [],
    },
  ],
};

const number = (name: string, format: string) => ({
  kind: 'instructionArgumentNode',
  name,
  type: { kind: 'numberTypeNode', format, endian: 'le' },
});
const codama = {
  kind: 'rootNode',
  program: {
    kind: 'programNode',
    name: 'cave',
    publicKey: OUTER.toString(),
    instructions: [
      {
        kind: 'instructionNode',
        name: 'takeOut',
        accounts: [{ kind: 'instructionAccountNode', name: 'keeper', isSigner: true, isWritable: false }],
        arguments: [
          {
            ...number('discriminator', 'u8'),
            defaultValue: { kind: 'numberValueNode', number: 4 },
            defaultValueStrategy: 'omitted',
          },
          number('amount', 'u64'),
        ],
      },
    ],
  },
};

/** More numbers than a line of a log has bytes. */
const LINE = { name: 'amounts', type: { array: ['u64', 1000] } };

const MISSING_SIGNATURE = 8n << 32n;
const INVALID_DATA = 3n << 32n;

export const IDL_CASES = [
  failure(
    'idl-keeper-did-not-sign',
    'alice is the keeper, who must sign by the IDL, and did not; nothing is wrong with the hoard.',
    'PROGRAM_MISSING_REQUIRED_SIGNATURE',
    [/`keeper` \(alice\) did not sign/, /^(?!.*hoard)/s],
    (scene) => play(scene, MISSING_SIGNATURE, anchor, [meta(ALICE), meta(VAULT, 'w')], join(TAKE, u64(7n))),
  ),
  failure(
    'idl-old-keeper-did-not-sign',
    'alice is the keeper, who must sign by the IDL of the old form, and did not.',
    'PROGRAM_MISSING_REQUIRED_SIGNATURE',
    [/`keeper` \(alice\) did not sign/, /^(?!.*vault)/s],
    (scene) => play(scene, MISSING_SIGNATURE, anchorOld, [meta(ALICE), meta(VAULT)], TAKE),
  ),
  failure(
    'idl-codama-argument-cut',
    'The amount is encoded with 4 bytes in place of 8.',
    'PROGRAM_INVALID_INSTRUCTION_DATA',
    [/5 bytes, ends within `amount`/, /Encode `amount`/],
    (scene) => play(scene, INVALID_DATA, codama, [meta(ALICE, 's')], join(u8(4), u32(7))),
  ),
  failure(
    'idl-anchor-argument-cut',
    'The data ends within the amounts, which are 1,000 numbers by the IDL.',
    'ANCHOR_INSTRUCTION_DID_NOT_DESERIALIZE',
    [/ends within `amounts`/],
    (scene) => {
      scene.program(OUTER, 'say');
      const line =
        'AnchorError occurred. Error Code: InstructionDidNotDeserialize. Error Number: 102. Error Message: The program could not deserialize the given instruction.';
      const discriminator = [...u64(102n)];
      const idl = { ...anchor, instructions: [{ ...anchor.instructions[0], discriminator, args: [LINE] }] };
      scene.svm.registerIdl(idl, OUTER.toString() as never);
      return scene.send([s.say(OUTER, 102n, line, [meta(ALICE, 's'), meta(VAULT, 'w')])]);
    },
  ),
];
