// What tests and users commonly do with the bundled programs: what runs in it, and nothing else, is compiled ahead.

import type { Address } from '@solana/kit';
import { getAddMemoInstruction } from '@solana-program/memo';
import { playExtensions } from './extension-scenarios.ts';
import type { Stage } from './stage.ts';
import { playTokens, type TokenProgram } from './token-scenarios.ts';

const TOKEN: TokenProgram = {
  programAddress: 'TokenkegQfeZyiNwAJbNbGKPFXCWuBvf9Ss623VQ5DA' as Address,
  nativeMint: 'So11111111111111111111111111111111111111112' as Address,
  ownedLen: 165,
};
const TOKEN_2022: TokenProgram = {
  programAddress: 'TokenzQdBNbLqP5VEhdkAS6EPFLC1PHnBqCXEpPxuEb' as Address,
  nativeMint: '9pan9bMn5HatX4EJdBwg9VgCa7Uz5HL8N1m5D3NdXejP' as Address,
  ownedLen: 170,
};
const MEMO = 'MemoSq4gqABAXKb96qnH8TysNcWxMyWCqXgDLGmfcHr' as Address;

/** Each plays on a stage of its own. */
export const SCENARIOS: readonly ((stage: Stage) => Promise<void>)[] = [
  (stage) => playTokens(stage, TOKEN),
  (stage) => playTokens(stage, TOKEN_2022),
  playExtensions,
  playMemos,
];

async function playMemos(stage: Stage): Promise<void> {
  const config = { programAddress: MEMO };
  stage.play(getAddMemoInstruction({ memo: 'good morning' }, config));
  stage.play(getAddMemoInstruction({ memo: 'grüße, 世界', signers: [stage.payer, stage.wallet()] }, config));
}
