// The System program's own errors, as the custom errors that they become.
// Source: solana-sdk system-interface/src/error.rs, SystemError.

import type { InstructionError } from '../../wire/transaction-error.ts';

export const SYSTEM_ERROR = {
  AccountAlreadyInUse: { Custom: 0 },
  ResultWithNegativeLamports: { Custom: 1 },
  InvalidProgramId: { Custom: 2 },
  InvalidAccountDataLength: { Custom: 3 },
  MaxSeedLengthExceeded: { Custom: 4 },
  AddressWithSeedMismatch: { Custom: 5 },
  NonceNoRecentBlockhashes: { Custom: 6 },
  NonceBlockhashNotExpired: { Custom: 7 },
  NonceUnexpectedBlockhashValue: { Custom: 8 },
} as const satisfies Record<string, InstructionError>;
