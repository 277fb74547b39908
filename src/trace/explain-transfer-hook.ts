// What a transfer of a mint with a transfer hook did not pass: the hook's program, its account of extra accounts, and those
// that this account lists, as far as they can be told. A client has to find them all before it sends the transfer.
// Source: solana-program transfer-hook interface/src/{onchain,lib}.rs; libraries tlv-account-resolution/src/{account,seeds}.rs.

import { findProgramAddress } from '../crypto/program-address.ts';
import { readU32 } from '../wire/bytes.ts';
import { Pubkey } from '../wire/pubkey.ts';
import { keyAt, readExtensions, TOKEN_2022_PROGRAM } from './decoders/token-state.ts';
import type { FrameView } from './explain-view.ts';
import type { CallFrame } from './transaction-trace.ts';

const PLAIN_TRANSFERS = new Set(['Transfer', 'TransferChecked', 'TransferCheckedWithFee']);
const SEED = new TextEncoder().encode('extra-account-metas');
/** Of the instruction Execute, which is also the mark of its list. */
const EXECUTE = Uint8Array.of(105, 37, 101, 197, 75, 251, 102, 26);
/** Source, mint, destination, authority, the list: the accounts of Execute that are always there. */
const FIXED_ACCOUNTS = 5;
const META_LEN = 35;
/** In the place of a program: none. */
const NOBODY = '11111111111111111111111111111111';
const MAX_SEED_LEN = 32;

/** A transfer that failed in the call of its mint's hook, or while its accounts were put together. */
export function lookAtTransferHook(view: FrameView): void {
  const isTransfer = ({ programAddress, instruction }: CallFrame) =>
    programAddress === TOKEN_2022_PROGRAM && PLAIN_TRANSFERS.has(instruction?.name ?? '');
  const depth = view.path.findLastIndex(isTransfer);
  const transfer = view.path[depth];
  if (transfer === undefined || depth < view.path.length - 2) return;
  const mint = transfer.accounts.find(({ role }) => role === 'mint')?.address;
  const state = mint === undefined ? undefined : view.stateAt(mint);
  const extension = state === undefined ? undefined : readExtensions(state).get('TransferHook');
  if (mint === undefined || extension === undefined || extension.length < 64) return;
  const hook = keyAt(extension, 32);
  if (hook === NOBODY) return;
  const list = derive([SEED, Pubkey.fromBase58(mint).bytes], hook);
  if (list === undefined) return;
  const given = new Set<string>(transfer.accounts.map(({ address }) => address));
  const listed = extrasOf(view, transfer, mint, hook, list);
  const missing = [
    ...(given.has(list)
      ? []
      : [`${list}, derived from ["extra-account-metas", ${view.show(mint)}] under ${view.show(hook)}`]),
    ...listed.filter((address) => !given.has(address)).map((address) => show(view, address)),
    ...(given.has(hook) ? [] : [`the program ${view.show(hook)}`]),
  ];
  const isInHook = view.frame !== transfer;
  if (!isInHook && missing.length === 0) return;
  const calls = `The mint ${view.show(mint)} has a transfer hook: Token-2022 calls ${view.show(hook)} at each transfer, with the accounts that are named behind those of the transfer.`;
  const isUnread = listed.length === 0 && !given.has(list);
  view.add(
    'hook',
    missing.length === 0 ? calls : `The transfer did not pass ${missing.join(', nor ')}. ${calls}`,
    missing.length === 0
      ? ''
      : `Name behind the accounts of the transfer: ${missing.join('; ')}${isUnread ? '; and the accounts that it lists' : ''} (addExtraAccountMetasForExecute does it).`,
    undefined,
  );
}

const show = (view: FrameView, address: string): string => {
  const name = view.show(address);
  return name.includes('…') ? address : name;
};

/** The accounts that the list names, as far as what they are made of is known. */
function extrasOf(view: FrameView, transfer: CallFrame, mint: string, hook: string, list: string): string[] {
  const data = view.stateAt(list)?.data;
  if (data === undefined || data.length < 16 || EXECUTE.some((byte, i) => data[i] !== byte)) return [];
  const role = (name: string) => transfer.accounts.find((account) => account.role === name)?.address;
  const addresses: (string | undefined)[] = [role('source'), mint, role('destination'), role('authority'), list];
  const amount = transfer.instruction?.args['amount'];
  const call = new Uint8Array(16);
  call.set(EXECUTE);
  if (typeof amount === 'bigint') new DataView(call.buffer).setBigUint64(8, amount, true);
  const count = Math.min(readU32(data, 12), Math.floor((data.length - 16) / META_LEN));
  for (let i = 0; i < count; i++) {
    const kind = data[16 + i * META_LEN];
    const config = data.subarray(17 + i * META_LEN, 49 + i * META_LEN);
    const program = kind === 1 ? hook : kind >= 128 ? addresses[kind - 128] : undefined;
    if (kind === 0) addresses.push(keyAt(config, 0));
    else if (program === undefined) addresses.push(undefined);
    else addresses.push(deriveExtra(view, config, program, addresses, call));
  }
  return addresses.slice(FIXED_ACCOUNTS).filter((address) => address !== undefined);
}

/** Seeds: 1 literal bytes, 2 a range of the instruction's data, 3 an account's address, 4 a range of an account's data. */
function deriveExtra(
  view: FrameView,
  config: Uint8Array,
  program: string,
  addresses: readonly (string | undefined)[],
  call: Uint8Array,
): string | undefined {
  const seeds: Uint8Array[] = [];
  for (let at = 0; at < config.length && config[at] !== 0; ) {
    const [kind, first, second, third] = config.subarray(at, at + 4);
    const address = addresses[first];
    let seed: Uint8Array | undefined;
    if (kind === 1) seed = config.subarray(at + 2, at + 2 + first);
    else if (kind === 2) seed = call.subarray(first, first + second);
    else if (kind === 3) seed = address === undefined ? undefined : Pubkey.fromBase58(address).bytes;
    else if (kind === 4)
      seed = address === undefined ? undefined : view.stateAt(address)?.data.subarray(second, second + third);
    if (seed === undefined || seed.length > MAX_SEED_LEN) return undefined;
    seeds.push(seed);
    at += kind === 1 ? 2 + first : kind === 2 ? 3 : kind === 3 ? 2 : 4;
  }
  return derive(seeds, program);
}

function derive(seeds: readonly Uint8Array[], program: string): string | undefined {
  const derived = findProgramAddress(seeds, Pubkey.fromBase58(program));
  return typeof derived === 'string' ? undefined : String(derived.address);
}
