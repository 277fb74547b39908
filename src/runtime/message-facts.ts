// What holds of every transaction whose message has the same shape, as long as the rules stay the same: that its form is
// sound, what its accounts may be used for, what its instructions take. It is found out once, and noted on the shape.
// Only a message that met no refusal has facts: one that is refused goes through every check in its order each time.

import { ShapedMessage } from '../wire/message-shape.ts';
import type { VersionedTransaction } from '../wire/transaction.ts';
import { COMPUTE_BUDGET_ID } from './addresses.ts';
import type { BuiltinAllocation, TransactionLimits } from './compute-budget.ts';
import type { RuntimeFeatures } from './features.ts';
import { countSignatures, isSignaturePrecompile } from './fees.ts';
import type { TransactionRules } from './rules.ts';
import type { ResolvedMessage } from './sanitized-transaction.ts';
import { mapPositions } from './transaction-context.ts';

/** What the facts were found under. */
export interface FactsBasis {
  readonly environment: { readonly features: RuntimeFeatures; readonly rules: TransactionRules };
  readonly builtinAllocation?: BuiltinAllocation | undefined;
  readonly accountLockLimit?: number | undefined;
}

export interface MessageFacts extends ResolvedMessage {
  /** Undefined where they depend on the data of compute-budget instructions. */
  readonly limits: TransactionLimits | undefined;
  /** How many signatures are paid for; -1 where that depends on the data of precompiles' instructions. */
  readonly signatureCount: number;
}

interface NotedFacts extends MessageFacts {
  readonly features: RuntimeFeatures;
  readonly rules: TransactionRules;
  readonly builtinAllocation: BuiltinAllocation | undefined;
  readonly accountLockLimit: number | undefined;
}

/** What was noted of messages like this one under the same rules. */
export function factsOf({ message }: VersionedTransaction, basis: FactsBasis): MessageFacts | undefined {
  if (!(message instanceof ShapedMessage)) return undefined;
  const facts = message.shape.facts as NotedFacts | undefined;
  if (facts === undefined) return undefined;
  const { features, rules } = basis.environment;
  const isSame =
    facts.features === features &&
    facts.rules === rules &&
    facts.builtinAllocation === basis.builtinAllocation &&
    facts.accountLockLimit === basis.accountLockLimit;
  return isSame ? facts : undefined;
}

/** Notes what was found of a message that no check refused. */
export function noteFacts(
  { message }: VersionedTransaction,
  { keys, roles, plans }: ResolvedMessage,
  limits: TransactionLimits,
  basis: FactsBasis,
): void {
  if (!(message instanceof ShapedMessage)) return;
  const { accountKeys, instructions } = message;
  const programs = instructions.map(({ programIdIndex }) => accountKeys[programIdIndex]);
  const facts: NotedFacts = {
    keys,
    roles,
    plans: plans.map((plan) => ({ ...plan, positions: mapPositions(plan.accounts, keys.length) })),
    limits: programs.some((program) => program.equals(COMPUTE_BUDGET_ID)) ? undefined : limits,
    signatureCount: programs.some(isSignaturePrecompile) ? -1 : countSignatures(message),
    features: basis.environment.features,
    rules: basis.environment.rules,
    builtinAllocation: basis.builtinAllocation,
    accountLockLimit: basis.accountLockLimit,
  };
  message.shape.facts = facts;
}
