// Events as instructions of the program to itself, which nodes keep where they cut logs. An address that only this program can
// sign for signs them, so that nobody else's are taken for them.
// Source: anchor lang/attribute/event/src/lib.rs, emit_cpi; lang/syn/src/parser/accounts/event_cpi.rs;
// lang/syn/src/codegen/program/handlers.rs, generate_event_cpi_mod.

import type { Address } from '@solana/kit';
import { findProgramAddress } from '../crypto/program-address.ts';
import type { AccountInfo } from './account-info.ts';
import type { AccountSpec, AccountsShape, DeclaredAccount } from './account-types.ts';
import { seedBytes, toAddress, toPubkey } from './address.ts';
import { anchorError, withAccountName } from './anchor-error.ts';
import { invokeSigned } from './cpi.ts';
import { ProgramError } from './program-error.ts';
import { type EventType, encodeBehind } from './schema.ts';
import { solLogData } from './syscalls.ts';

const AUTHORITY_SEED = '__event_authority';
/** What such an instruction begins with: `sha256("anchor:event")[..8]`, back to front. */
export const EVENT_TAG = Uint8Array.of(0xe4, 0x45, 0xa5, 0x2e, 0x51, 0xcb, 0x9a, 0x1d);

type Authority = readonly [address: Address, bump: number];
const knownAuthorities = new Map<string, Authority>();

/** Anchor finds it when it compiles, so it costs nothing when it runs. */
function authorityOf(programId: Address): Authority {
  let authority = knownAuthorities.get(programId);
  if (authority === undefined) {
    const found = findProgramAddress([seedBytes(AUTHORITY_SEED)], toPubkey(programId));
    if (typeof found === 'string') throw new Error(`${programId} has no address of the seed ${AUTHORITY_SEED}`);
    authority = [toAddress(found.address), found.bump];
    knownAuthorities.set(programId, authority);
  }
  return authority;
}

/** The accounts that `emitCpi` needs. */
export interface EventCpiAccounts extends AccountsShape {
  readonly eventAuthority: AccountSpec<DeclaredAccount, undefined, never, true>;
  readonly program: AccountSpec<DeclaredAccount, undefined, never, true>;
}

/**
 * The two accounts that an instruction needs at its end for `emitCpi`. Clients find both.
 *
 * @example
 * ```ts
 * const pay = instruction({
 *   accounts: { payer: signer(), ...eventCpi() },
 *   handler: (ctx) => emitCpi(ctx, Paid, { amount: 5n }),
 * });
 * ```
 */
export function eventCpi(): EventCpiAccounts {
  const spec = { kind: 'unchecked', options: {}, isOptional: false, docs: [] } as const;
  return {
    eventAuthority: {
      ...spec,
      derived: { seeds: [AUTHORITY_SEED], address: (programId: Address) => authorityOf(programId)[0] },
    },
    program: { ...spec, derived: { address: (programId: Address) => programId } },
  } as EventCpiAccounts;
}

/** Whether the instruction can emit such events. */
export function hasEventCpi(shape: AccountsShape): boolean {
  return shape['eventAuthority']?.derived !== undefined;
}

/** Writes an event to the log, where clients find it. */
export function emit<T>(type: EventType<T>, data: NoInfer<T>): void {
  solLogData([encodeBehind(type, data)]);
}

/** Writes an event by a call of the program to itself. */
export function emitCpi<T>(
  ctx: { readonly programId: Address; readonly accounts: { readonly eventAuthority: DeclaredAccount } },
  type: EventType<T>,
  data: NoInfer<T>,
): void {
  const { info } = ctx.accounts.eventAuthority;
  const event = encodeBehind(type, data);
  const instruction = {
    programAddress: ctx.programId,
    accounts: [{ address: info.key, role: 2 }],
    data: Uint8Array.from([...EVENT_TAG, ...event]),
  };
  invokeSigned(instruction, [info], [[AUTHORITY_SEED, authorityOf(ctx.programId)[1]]]);
}

/** What the program does when it is called with an event: it only sees that it was itself who called. */
export function acceptEvent(programId: Address, accounts: readonly AccountInfo[]): void {
  const given = accounts[0] as AccountInfo | undefined;
  if (given === undefined) throw new ProgramError('NotEnoughAccountKeys');
  const name = 'event_authority';
  if (!given.isSigner) throw withAccountName(anchorError('ConstraintSigner'), name);
  const [authority] = authorityOf(programId);
  if (given.key !== authority) {
    throw withAccountName(anchorError('ConstraintSeeds').withKeys(given.key, authority), name);
  }
}
