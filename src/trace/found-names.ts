// Goes through what a trace shows for addresses that have names: its `names`. A reader that never asks for them doesn't
// pay for the walk.

import type { AddressNames } from './names.ts';
import { readTokens, type Snapshot } from './state-journal.ts';
import type { AccountChange, CallFrame, DecodedValue, RefusalFacts, Seed } from './transaction-trace.ts';

/** All that a frame and its calls name. */
export function findNamesInFrame(frame: CallFrame, names: AddressNames): void {
  for (const { seeds } of frame.signers) findInSeeds(seeds, names);
  for (const step of frame.steps) if (step.type === 'call') findNamesInFrame(step.frame, names);
  for (const { address } of frame.accounts) names.find(address);
  if (frame.instruction !== null) for (const arg of Object.values(frame.instruction.args)) findInValue(arg, names);
  if (frame.failure !== null) findNamesInRefusal(frame.failure.refusal, names);
  for (const change of frame.changes) findInChange(change, names);
  for (const change of frame.ownChanges) findInChange(change, names);
  if (frame.programAddress !== null) names.find(frame.programAddress);
  for (const { seeds } of frame.derivations) findInSeeds(seeds, names);
}

export function findNamesInRefusal(refusal: RefusalFacts | null, names: AddressNames): void {
  if (refusal === null) return;
  for (const address of [refusal.account, refusal.program]) if (address !== null) names.find(address);
}

export function findNamesInState({ owner, data }: Snapshot, names: AddressNames): void {
  names.find(owner.toString());
  const tokens = readTokens({ owner, data });
  if (tokens !== undefined) for (const key of [tokens.mint, tokens.owner]) names.find(key.toString());
}

/** A seed of 32 bytes may be an address. */
function findInSeeds(seeds: readonly Seed[], names: AddressNames): void {
  for (const { bytes, text } of seeds) if (bytes.length === 32) names.find(text);
}

function findInValue(value: DecodedValue, names: AddressNames): void {
  if (typeof value === 'string') names.find(value);
  else if (typeof value === 'object' && value !== null && !(value instanceof Uint8Array)) {
    for (const inner of Object.values(value)) findInValue(inner, names);
  }
}

function findInChange({ address, owner, tokens }: AccountChange, names: AddressNames): void {
  for (const each of [owner.before, owner.after, address]) names.find(each);
  for (const holding of [tokens?.before, tokens?.after]) {
    if (holding) for (const key of [holding.mint, holding.owner]) names.find(key);
  }
}
