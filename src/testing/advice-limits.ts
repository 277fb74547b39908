// Proposals about what a transaction asks for: compute units, bytes of account data.

import { COMPUTE_BUDGET_ID } from '../runtime/addresses.ts';
import { MAX_COMPUTE_UNIT_LIMIT } from '../runtime/execution-cost.ts';
import { numberText } from '../trace/value-text.ts';
import { writeU32 } from '../wire/bytes.ts';
import type { Instruction } from '../wire/message-compiler.ts';
import type { Proposal, Scene } from './advice-scene.ts';

const SET_COMPUTE_UNIT_LIMIT = 2;
const SET_LOADED_ACCOUNTS_DATA_SIZE_LIMIT = 4;
const PAGE_BYTES = 32 * 1024;
/** Units asked for beyond those used, in tenths: other accounts may take another way through a program. */
const MARGIN = 11;

/** The same instructions with a compute-budget request set, in place of the one there is, or before all others. */
function withRequest(instructions: readonly Instruction[], tag: number, value: number): readonly Instruction[] {
  const data = new Uint8Array(5);
  data[0] = tag;
  writeU32(data, 1, value);
  const request: Instruction = { programAddress: COMPUTE_BUDGET_ID, data };
  const isIt = ({ programAddress, data: given }: Instruction) =>
    `${programAddress}` === `${COMPUTE_BUDGET_ID}` && given?.[0] === tag;
  return instructions.some(isIt)
    ? instructions.map((instruction) => (isIt(instruction) ? request : instruction))
    : [request, ...instructions];
}

export function* limitTrials({ bench, baseline }: Scene): Generator<Proposal> {
  const { prepared, instructions } = bench;
  // A message of version 1 has a config instead, and a bank may set limits of its own.
  if (prepared.transaction.message.version === 1) return;
  const { computeUnitLimit } = prepared.limits;
  const probe = bench.run({ instructions: withRequest(instructions, SET_COMPUTE_UNIT_LIMIT, computeUnitLimit) });
  if (probe !== undefined) {
    const used = probe.execution.computeUnitsConsumed;
    const asked = Math.ceil((used * MARGIN) / 10);
    if (asked * 2 < computeUnitLimit) {
      yield {
        code: 'LOWER_UNIT_LIMIT',
        text: `Ask for ${numberText(asked)} compute units with SetComputeUnitLimit: ${numberText(used)} are used, ${numberText(computeUnitLimit)} are set aside.`,
        method: 'It ran with that limit.',
        change: { instructions: withRequest(instructions, SET_COMPUTE_UNIT_LIMIT, asked) },
      };
    }
  }
  const { loadedAccountsDataSizeLimit } = prepared.limits as { readonly loadedAccountsDataSizeLimit?: number };
  const asked = Math.ceil(baseline.execution.loadedAccountsDataSize / PAGE_BYTES + 1) * PAGE_BYTES;
  if (loadedAccountsDataSizeLimit !== undefined && asked * 2 < loadedAccountsDataSizeLimit) {
    yield {
      code: 'LOWER_DATA_LIMIT',
      text: `Ask for ${numberText(asked)} bytes of account data with SetLoadedAccountsDataSizeLimit: ${numberText(loadedAccountsDataSizeLimit)} are set aside.`,
      method: 'It ran with that limit; the request itself costs 150 units.',
      change: { instructions: withRequest(instructions, SET_LOADED_ACCOUNTS_DATA_SIZE_LIMIT, asked) },
    };
  }
}

/** Of a transaction that failed: whether more units would have let it pass, and how many. */
export function* raisedLimitTrials({ bench }: Scene): Generator<Proposal> {
  const { prepared, instructions } = bench;
  const { computeUnitLimit } = prepared.limits;
  if (prepared.transaction.message.version === 1 || computeUnitLimit >= MAX_COMPUTE_UNIT_LIMIT) return;
  const most = bench.run({ instructions: withRequest(instructions, SET_COMPUTE_UNIT_LIMIT, MAX_COMPUTE_UNIT_LIMIT) });
  if (most === undefined || most.execution.error !== undefined) return;
  const needed = most.execution.computeUnitsConsumed;
  yield {
    code: 'RAISE_UNIT_LIMIT',
    text: `Ask for ${numberText(needed)} compute units or more with SetComputeUnitLimit: with ${numberText(computeUnitLimit)} it fails.`,
    method: 'It ran to its end with exactly that limit.',
    change: { instructions: withRequest(instructions, SET_COMPUTE_UNIT_LIMIT, needed) },
  };
}
