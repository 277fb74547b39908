/** A u64 as a register or guest memory held it: a number while that is exact (< 2^53), else a bigint. */
export type U64 = number | bigint;

export interface VmMemory {
  bytes: Uint8Array;
  view: DataView;
  translate(access: 'load' | 'store', vmAddr: U64, len: U64): number;
  load(vmAddr: U64, len: U64): number;
  store(vmAddr: U64, len: U64): number;
  readU64(offset: number): U64;
  writeU64(offset: number, value: U64): void;
}
