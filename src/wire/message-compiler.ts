// From instructions that name their accounts to a message that numbers them: who signs and who is written to is
// gathered over all instructions, and the keys are sorted into the four groups the header counts.
// For tests, examples and tools inside the house; applications have @solana/kit's compileTransactionMessage.
// Source: solana-sdk message/src/compiled_keys.rs, CompiledKeys.

import { ParhelionError } from './errors.ts';
import {
  type CompiledInstruction,
  HASH_BYTES,
  type MessageAddressTableLookup,
  type MessageHeader,
  type TransactionConfig,
  type VersionedMessage,
} from './message.ts';
import { Pubkey } from './pubkey.ts';
import { PubkeyMap } from './pubkey-map.ts';

/** A key, or the base58 text of one. */
export type AddressLike = Pubkey | string;

export interface AccountMeta {
  readonly address: AddressLike;
  readonly isSigner: boolean;
  readonly isWritable: boolean;
}

export interface Instruction {
  readonly programAddress: AddressLike;
  readonly accounts?: readonly AccountMeta[];
  readonly data?: Uint8Array;
}

export interface CompileMessageInput {
  readonly feePayer: AddressLike;
  readonly instructions: readonly Instruction[];
  /** 32 bytes. Default: zeros. */
  readonly recentBlockhash?: Uint8Array;
  /** Default: 'legacy', or 0 where lookup tables are given. */
  readonly version?: VersionedMessage['version'];
  /** For v0: keys that neither sign nor are called are taken from the first table that holds them. */
  readonly lookupTables?: readonly { readonly address: AddressLike; readonly addresses: readonly AddressLike[] }[];
  /** For v1. */
  readonly config?: Partial<TransactionConfig>;
}

interface KeyUse {
  isSigner: boolean;
  isWritable: boolean;
  isInvoked: boolean;
}

/**
 * The message that carries these instructions.
 *
 * @throws ParhelionError `INVALID_ARGUMENT` where the keys are too many to be numbered in a byte.
 * @throws ParhelionError `INVALID_ADDRESS`
 */
export function compileMessage(input: CompileMessageInput): VersionedMessage {
  const version = input.version ?? (input.lookupTables === undefined ? 'legacy' : 0);
  const feePayer = toPubkey(input.feePayer);
  const recentBlockhash = input.recentBlockhash ?? new Uint8Array(HASH_BYTES);
  if (recentBlockhash.length !== HASH_BYTES) {
    throw new ParhelionError('INVALID_ARGUMENT', {
      name: 'recentBlockhash',
      expected: `${HASH_BYTES} bytes`,
      received: `${recentBlockhash.length} bytes`,
    });
  }
  const uses = gatherKeys(feePayer, input.instructions);
  const lookups: MessageAddressTableLookup[] = [];
  const writableLoaded: Pubkey[] = [];
  const readonlyLoaded: Pubkey[] = [];
  if (version === 0) {
    for (const table of input.lookupTables ?? []) {
      const addresses = table.addresses.map(toPubkey);
      const writable = drainTable(uses, addresses, true);
      const readonly = drainTable(uses, addresses, false);
      if (writable.keys.length + readonly.keys.length === 0) continue;
      lookups.push({
        accountKey: toPubkey(table.address),
        writableIndexes: writable.indexes,
        readonlyIndexes: readonly.indexes,
      });
      writableLoaded.push(...writable.keys);
      readonlyLoaded.push(...readonly.keys);
    }
  }
  const { header, accountKeys } = orderKeys(feePayer, uses);
  const indexes = new PubkeyMap<number>();
  for (const [i, key] of [...accountKeys, ...writableLoaded, ...readonlyLoaded].entries()) indexes.set(key, i);
  if (indexes.size > 256) {
    throw new ParhelionError('INVALID_ARGUMENT', {
      name: 'instructions',
      expected: 'to name at most 256 accounts together',
      received: `${indexes.size}`,
    });
  }
  const indexOf = (address: AddressLike): number => indexes.get(toPubkey(address)) as number;
  const instructions: CompiledInstruction[] = input.instructions.map((instruction) => ({
    programIdIndex: indexOf(instruction.programAddress),
    accounts: Uint8Array.from(instruction.accounts ?? [], (meta) => indexOf(meta.address)),
    data: instruction.data ?? new Uint8Array(0),
  }));
  const message = { version, header, accountKeys, recentBlockhash, instructions, addressTableLookups: lookups };
  if (version !== 1) return message;
  const { priorityFee, computeUnitLimit, loadedAccountsDataSizeLimit, heapSize } = input.config ?? {};
  return { ...message, config: { priorityFee, computeUnitLimit, loadedAccountsDataSizeLimit, heapSize } };
}

function gatherKeys(feePayer: Pubkey, instructions: readonly Instruction[]): PubkeyMap<KeyUse> {
  const uses = new PubkeyMap<KeyUse>();
  const useOf = (key: Pubkey): KeyUse => {
    let use = uses.get(key);
    if (use === undefined) uses.set(key, (use = { isSigner: false, isWritable: false, isInvoked: false }));
    return use;
  };
  const payer = useOf(feePayer);
  payer.isSigner = payer.isWritable = true;
  for (const instruction of instructions) {
    useOf(toPubkey(instruction.programAddress)).isInvoked = true;
    for (const meta of instruction.accounts ?? []) {
      const use = useOf(toPubkey(meta.address));
      use.isSigner ||= meta.isSigner;
      use.isWritable ||= meta.isWritable;
    }
  }
  return uses;
}

/** Takes out of `uses` the keys that a table can stand for. */
function drainTable(
  uses: PubkeyMap<KeyUse>,
  addresses: readonly Pubkey[],
  isWritable: boolean,
): { keys: Pubkey[]; indexes: Uint8Array } {
  const found: { key: Pubkey; index: number }[] = [];
  for (const [key, use] of uses) {
    if (use.isSigner || use.isInvoked || use.isWritable !== isWritable) continue;
    const index = addresses.findIndex((address) => address.equals(key));
    if (index >= 0 && index < 256) found.push({ key, index });
  }
  found.sort((a, b) => compareKeys(a.key, b.key));
  for (const { key } of found) uses.delete(key);
  return { keys: found.map(({ key }) => key), indexes: Uint8Array.from(found, ({ index }) => index) };
}

/** Writable signers (the payer first), readonly signers, writable others, readonly others; each group by its bytes. */
function orderKeys(feePayer: Pubkey, uses: PubkeyMap<KeyUse>): { header: MessageHeader; accountKeys: Pubkey[] } {
  const groups: Pubkey[][] = [[], [], [], []];
  for (const [key, use] of uses) {
    if (!key.equals(feePayer)) groups[(use.isSigner ? 0 : 2) + (use.isWritable ? 0 : 1)].push(key);
  }
  for (const group of groups) group.sort(compareKeys);
  const accountKeys = [feePayer, ...groups.flat()];
  const header = {
    numRequiredSignatures: 1 + groups[0].length + groups[1].length,
    numReadonlySignedAccounts: groups[1].length,
    numReadonlyUnsignedAccounts: groups[3].length,
  };
  return { header, accountKeys };
}

function compareKeys(a: Pubkey, b: Pubkey): number {
  for (let i = 0; i < a.bytes.length; i++) if (a.bytes[i] !== b.bytes[i]) return a.bytes[i] - b.bytes[i];
  return 0;
}

function toPubkey(address: AddressLike): Pubkey {
  return typeof address === 'string' ? Pubkey.fromBase58(address) : address;
}
