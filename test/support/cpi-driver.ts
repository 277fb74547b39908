// A program that does what its instruction data says: copy bytes, write and read memory, call other programs by either
// ABI, ask what ran before it, end with a value. One ELF file stands for every program of a test, and a call's data is again such a script.
// Beside it, what a test needs to lay out a call as the C or the Rust SDK would, and where the loader puts accounts.

import type { AccountMeta } from '../../src/runtime/execution-events.ts';
import { assembleElf } from '../../src/sbpf/assembler.ts';
import type { SbpfVersion } from '../../src/sbpf/version.ts';
import type { Pubkey } from '../../src/wire/pubkey.ts';

export const INPUT = 0x4_0000_0000n;
export const HEAP = 0x3_0000_0000n;
export const STACK = 0x2_0000_0000n;

/** The command whose operands are an address, a length, and as many bytes to copy there. `next` is where commands begin. */
export const COPY_COMMAND = `copy:
  ldxdw r1, [r6+8]
  ldxdw r3, [r6+16]
  add64 r6, 24
copy_word:
  jeq r3, 0, next
  ldxdw r4, [r6+0]
  stxdw [r1+0], r4
  add64 r1, 8
  add64 r6, 8
  sub64 r3, 8
  ja copy_word`;
export const LOG_R0 = `  mov64 r1, r0
  mov64 r2, 0
  mov64 r3, 0
  mov64 r4, 0
  mov64 r5, 0
  syscall sol_log_64_`;

/** Each command is a list of u64: its number, then its operands. The cursor is r6. */
const DRIVER = `
entrypoint:
  mov64 r6, r2
next:
  ldxdw r0, [r6+0]
  jeq r0, 0, finish
  jeq r0, 1, copy
  jeq r0, 2, invoke_c
  jeq r0, 3, invoke_rust
  jeq r0, 4, store64
  jeq r0, 5, store8
  jeq r0, 6, copy64
  jeq r0, 7, log64
  jeq r0, 8, set_return_data
  jeq r0, 9, log_data
  jeq r0, 10, sibling
  jeq r0, 11, get_return_data
  jeq r0, 12, stack_height
  mov64 r0, 99
  exit
finish:
  ldxdw r0, [r6+8]
  exit
${COPY_COMMAND}
invoke_c:
  ldxdw r1, [r6+8]
  ldxdw r2, [r6+16]
  ldxdw r3, [r6+24]
  ldxdw r4, [r6+32]
  ldxdw r5, [r6+40]
  syscall sol_invoke_signed_c
  add64 r6, 48
  jeq r0, 0, next
  exit
invoke_rust:
  ldxdw r1, [r6+8]
  ldxdw r2, [r6+16]
  ldxdw r3, [r6+24]
  ldxdw r4, [r6+32]
  ldxdw r5, [r6+40]
  syscall sol_invoke_signed_rust
  add64 r6, 48
  jeq r0, 0, next
  exit
store64:
  ldxdw r1, [r6+8]
  ldxdw r2, [r6+16]
  stxdw [r1+0], r2
  add64 r6, 24
  ja next
store8:
  ldxdw r1, [r6+8]
  ldxdw r2, [r6+16]
  stxb [r1+0], r2
  add64 r6, 24
  ja next
copy64:
  ldxdw r1, [r6+8]
  ldxdw r2, [r6+16]
  ldxdw r3, [r2+0]
  stxdw [r1+0], r3
  add64 r6, 24
  ja next
log64:
  ldxdw r1, [r6+8]
  ldxdw r1, [r1+0]
  mov64 r2, 0
  mov64 r3, 0
  mov64 r4, 0
  mov64 r5, 0
  syscall sol_log_64_
  add64 r6, 16
  ja next
set_return_data:
  ldxdw r1, [r6+8]
  ldxdw r2, [r6+16]
  syscall sol_set_return_data
  add64 r6, 24
  ja next
log_data:
  ldxdw r1, [r6+8]
  ldxdw r2, [r6+16]
  syscall sol_log_data
  add64 r6, 24
  ja next
sibling:
  ldxdw r1, [r6+8]
  ldxdw r2, [r6+16]
  ldxdw r3, [r6+24]
  ldxdw r4, [r6+32]
  ldxdw r5, [r6+40]
  syscall sol_get_processed_sibling_instruction
  add64 r6, 48
  ja log_result
get_return_data:
  ldxdw r1, [r6+8]
  ldxdw r2, [r6+16]
  ldxdw r3, [r6+24]
  syscall sol_get_return_data
  add64 r6, 32
  ja log_result
stack_height:
  syscall sol_get_stack_height
  add64 r6, 8
log_result:
${LOG_R0}
  ja next
`;

export const DRIVER_ELF: Uint8Array = assembleElf(DRIVER);

/** The driver in another version: its stack has gaps or grows, its calls are relocated. */
export function driverOfVersion(version: SbpfVersion): Uint8Array {
  return assembleElf(DRIVER, { version });
}

/** The driver with constants, mapped at 0. */
export function driverWithRodata(rodata: Uint8Array): Uint8Array {
  return assembleElf(DRIVER, { rodata });
}

export type Abi = 'c' | 'rust';

/** Where an account of a frame lies, and what of it an account info needs. */
export interface FrameAccount {
  readonly key: Pubkey;
  readonly dataLen: number;
  readonly vmKeyAddr: bigint;
  readonly vmOwnerAddr: bigint;
  readonly vmLamportsAddr: bigint;
  /** Of the length before the data. */
  readonly vmLenAddr: bigint;
  readonly vmDataAddr: bigint;
}

/** The input as loaders v2 and v3 lay it out; `accounts` in the order of the instruction. */
export function layOutAligned(accounts: readonly { readonly key: Pubkey; readonly dataLen: number }[]): FrameAccount[] {
  const frame: FrameAccount[] = [];
  let at = INPUT + 8n;
  for (const { key, dataLen } of accounts) {
    const known = frame.find((account) => account.key.equals(key));
    if (known !== undefined) {
      frame.push(known);
      at += 8n;
      continue;
    }
    const start = { vmKeyAddr: at + 8n, vmOwnerAddr: at + 40n, vmLamportsAddr: at + 72n, vmLenAddr: at + 80n };
    frame.push({ key, dataLen, ...start, vmDataAddr: at + 88n });
    at += 88n + BigInt(Math.ceil(dataLen / 8) * 8) + 10_240n + 8n;
  }
  return frame;
}

/** The input as loader v1 lays it out. */
export function layOutUnaligned(
  accounts: readonly { readonly key: Pubkey; readonly dataLen: number }[],
): FrameAccount[] {
  const frame: FrameAccount[] = [];
  let at = INPUT + 8n;
  for (const { key, dataLen } of accounts) {
    const known = frame.find((account) => account.key.equals(key));
    if (known !== undefined) {
      frame.push(known);
      at += 1n;
      continue;
    }
    const vmDataAddr = at + 51n;
    const vmOwnerAddr = vmDataAddr + BigInt(dataLen);
    frame.push({
      key,
      dataLen,
      vmKeyAddr: at + 3n,
      vmOwnerAddr,
      vmLamportsAddr: at + 35n,
      vmLenAddr: at + 43n,
      vmDataAddr,
    });
    at = vmOwnerAddr + 41n;
  }
  return frame;
}

/** An account info before it is laid out: what a hostile program might put in it. */
export interface Info {
  keyAddr: bigint;
  ownerAddr: bigint;
  lamportsAddr: bigint;
  dataAddr: bigint;
  dataLen: bigint;
  /** Rust: where the cells are; else in the heap. */
  lamportsCellAddr?: bigint;
  dataCellAddr?: bigint;
}

export function infoOf(account: FrameAccount): Info {
  return {
    keyAddr: account.vmKeyAddr,
    ownerAddr: account.vmOwnerAddr,
    lamportsAddr: account.vmLamportsAddr,
    dataAddr: account.vmDataAddr,
    dataLen: BigInt(account.dataLen),
  };
}

/** A call; what is missing is what an honest SDK would put there. */
export interface Call {
  readonly programId: Pubkey;
  readonly metas?: readonly (AccountMeta & { readonly signerByte?: number; readonly writableByte?: number })[];
  readonly data?: Uint8Array;
  readonly infos?: readonly Info[];
  readonly seeds?: readonly (readonly Uint8Array[])[];
  /** Changes to r1 to r5. */
  readonly registers?: { r1?: bigint; r2?: bigint; r3?: bigint; r4?: bigint; r5?: bigint };
  /** Changes to the instruction's fields. */
  readonly fields?: {
    programIdAddr?: bigint;
    metasAddr?: bigint;
    metasLen?: bigint;
    dataAddr?: bigint;
    dataLen?: bigint;
  };
  /** Changes to the first group of seeds, and to its first seed. */
  readonly seedFields?: { groupAddr?: bigint; groupLen?: bigint; seedAddr?: bigint; seedLen?: bigint };
  /** Puts the account infos at this address. */
  readonly infosAt?: bigint;
}

/** Builds the driver's instruction data. Blobs go to the heap, one after the other. */
export class Script {
  readonly #parts: Uint8Array[] = [];
  #heap = HEAP;

  /** Room in the heap. */
  reserve(len: number, align = 8n): bigint {
    const at = ((this.#heap + align - 1n) / align) * align;
    this.#heap = at + BigInt(len);
    return at;
  }

  /** Writes bytes; to the heap where no address is given. */
  put(bytes: Uint8Array, at: bigint = this.reserve(Math.ceil(bytes.length / 8) * 8)): bigint {
    const padded = new Uint8Array(Math.ceil(bytes.length / 8) * 8);
    padded.set(bytes);
    this.#push(1n, at, BigInt(padded.length));
    this.#parts.push(padded);
    return at;
  }

  store64(addr: bigint, value: bigint): this {
    return this.#push(4n, addr, value);
  }

  store8(addr: bigint, value: number): this {
    return this.#push(5n, addr, BigInt(value));
  }

  copy64(to: bigint, from: bigint): this {
    return this.#push(6n, to, from);
  }

  storeKey(addr: bigint, key: Pubkey): this {
    for (let i = 0; i < 4; i++)
      this.store64(addr + BigInt(i * 8), new DataView(key.bytes.slice().buffer).getBigUint64(i * 8, true));
    return this;
  }

  log64(addr: bigint): this {
    return this.#push(7n, addr);
  }

  setReturnData(bytes: Uint8Array): this {
    const at = this.put(bytes);
    return this.#push(8n, at, BigInt(bytes.length));
  }

  logData(addr: bigint, len: bigint): this {
    const slices = this.put(u64s(addr, len));
    return this.#push(9n, slices, 1n);
  }

  /** Asks for an instruction that ran before, and logs the answer. */
  getSibling(index: bigint, meta: bigint, programId: bigint, data: bigint, accounts: bigint): this {
    return this.#push(10n, index, meta, programId, data, accounts);
  }

  /** Asks for the return data, and logs the answer. */
  getReturnData(dataAddr: bigint, len: bigint, programIdAddr: bigint): this {
    return this.#push(11n, dataAddr, len, programIdAddr);
  }

  logStackHeight(): this {
    return this.#push(12n);
  }

  /** Lays the call out in the heap and makes it. */
  call(abi: Abi, call: Call): this {
    const data = call.data ?? new Uint8Array(0);
    const infos = call.infos ?? [];
    const metas = call.metas ?? [];
    const { fields = {}, registers = {} } = call;
    const dataAddr = fields.dataAddr ?? this.put(data);
    const dataLen = fields.dataLen ?? BigInt(data.length);
    const metasLen = fields.metasLen ?? BigInt(metas.length);
    let instruction: Uint8Array;
    let infoBytes: Uint8Array;
    if (abi === 'c') {
      const metasAddr = fields.metasAddr ?? this.put(join(metas.map((meta) => this.#metaC(meta))));
      const programIdAddr = fields.programIdAddr ?? this.put(call.programId.bytes);
      instruction = u64s(programIdAddr, metasAddr, metasLen, dataAddr, dataLen);
      infoBytes = join(
        infos.map((info) => u64s(info.keyAddr, info.lamportsAddr, info.dataLen, info.dataAddr, info.ownerAddr, 0n, 0n)),
      );
    } else {
      const metasAddr = fields.metasAddr ?? this.put(join(metas.map(metaRust)));
      instruction = join([u64s(metasAddr, metasLen, metasLen, dataAddr, dataLen, dataLen), call.programId.bytes]);
      infoBytes = join(infos.map((info) => this.#infoRust(info)));
    }
    const instructionAddr = this.put(instruction);
    const infosAddr = infos.length === 0 ? HEAP : this.put(infoBytes, call.infosAt);
    const seedsAddr = this.#putSeeds(call);
    return this.#push(
      abi === 'c' ? 2n : 3n,
      registers.r1 ?? instructionAddr,
      registers.r2 ?? infosAddr,
      registers.r3 ?? BigInt(infos.length),
      registers.r4 ?? seedsAddr,
      registers.r5 ?? BigInt(call.seeds?.length ?? 0),
    );
  }

  /** The script, ending with this value. */
  exit(r0 = 0n): Uint8Array {
    return join([...this.#parts, u64s(0n, r0)]);
  }

  #metaC(meta: NonNullable<Call['metas']>[number]): Uint8Array {
    const bytes = new Uint8Array(16);
    bytes.set(u64s(this.put(meta.pubkey.bytes)));
    bytes[8] = meta.writableByte ?? (meta.isWritable ? 1 : 0);
    bytes[9] = meta.signerByte ?? (meta.isSigner ? 1 : 0);
    return bytes;
  }

  #infoRust(info: Info): Uint8Array {
    const lamportsCell = info.lamportsCellAddr ?? this.put(u64s(1n, 1n, 0n, info.lamportsAddr));
    const dataCell = info.dataCellAddr ?? this.put(u64s(1n, 1n, 0n, info.dataAddr, info.dataLen));
    return u64s(info.keyAddr, lamportsCell, dataCell, info.ownerAddr, 0n, 0n);
  }

  #putSeeds({ seeds = [], seedFields = {} }: Call): bigint {
    if (seeds.length === 0) return 0n;
    const groups = seeds.map((group, i) => {
      const slices = group.map((seed, j) => {
        const addr = this.put(seed);
        const isFirst = i === 0 && j === 0;
        return u64s((isFirst && seedFields.seedAddr) || addr, (isFirst && seedFields.seedLen) || BigInt(seed.length));
      });
      const addr = slices.length === 0 ? 0n : this.put(join(slices));
      return u64s(
        (i === 0 ? seedFields.groupAddr : undefined) ?? addr,
        (i === 0 ? seedFields.groupLen : undefined) ?? BigInt(group.length),
      );
    });
    return this.put(join(groups));
  }

  #push(...words: bigint[]): this {
    this.#parts.push(u64s(...words));
    return this;
  }
}

function metaRust(meta: NonNullable<Call['metas']>[number]): Uint8Array {
  const bytes = new Uint8Array(34);
  bytes.set(meta.pubkey.bytes);
  bytes[32] = meta.signerByte ?? (meta.isSigner ? 1 : 0);
  bytes[33] = meta.writableByte ?? (meta.isWritable ? 1 : 0);
  return bytes;
}

export function u64s(...words: readonly bigint[]): Uint8Array {
  const bytes = new Uint8Array(words.length * 8);
  const view = new DataView(bytes.buffer);
  for (const [i, word] of words.entries()) view.setBigUint64(i * 8, BigInt.asUintN(64, word), true);
  return bytes;
}

export function join(parts: readonly Uint8Array[]): Uint8Array {
  const out = new Uint8Array(parts.reduce((len, part) => len + part.length, 0));
  let at = 0;
  for (const part of parts) {
    out.set(part, at);
    at += part.length;
  }
  return out;
}
