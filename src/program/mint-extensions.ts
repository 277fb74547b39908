// The extensions that a mint of Token-2022 may be declared with: made with the mint, in Anchor's order, or checked of one that
// is there. Their instructions are written by hand: all are one or two numbers and one or two addresses.
// Source: anchor lang/syn/src/codegen/accounts/constraints.rs, generate_constraint_mint, InitKind::Mint; token-2022
// interface/src/extension/mod.rs, ExtensionType; interface/src/instruction.rs, TokenInstruction.

import { type Address, getAddressDecoder, getAddressEncoder } from '@solana/kit';
import type { AccountInfo } from './account-info.ts';
import { readMint } from './account-readers.ts';
import type { AccountScope, Field } from './account-scope.ts';
import { type AnchorErrorName, anchorError } from './anchor-error.ts';
import { CpiContext } from './cpi-context.ts';
import { TOKEN_2022_PROGRAM } from './declared-accounts.ts';

/** Extensions of a mint; each name is that of an account of the instruction. */
export interface MintExtensions {
  readonly groupPointer?: { readonly authority?: string; readonly groupAddress?: string };
  readonly groupMemberPointer?: { readonly authority?: string; readonly memberAddress?: string };
  readonly metadataPointer?: { readonly authority?: string; readonly metadataAddress?: string };
  readonly closeAuthority?: { readonly authority: string };
  readonly transferHook?: { readonly authority?: string; readonly programId?: string };
  readonly permanentDelegate?: { readonly delegate: string };
  readonly pausable?: { readonly authority: string };
}

interface Extension {
  readonly key: keyof MintExtensions;
  /** `ExtensionType`. */
  readonly type: number;
  /** Bytes of its value. */
  readonly length: number;
  /** The instruction that makes it, up to its addresses. */
  readonly instruction: readonly number[];
  readonly error: AnchorErrorName;
  /** Its addresses in the order of its bytes: option, what is wrong where it differs. */
  readonly parts: readonly (readonly [name: string, error: AnchorErrorName])[];
}

/** In the order in which Anchor makes them. */
const EXTENSIONS: readonly Extension[] = [
  {
    key: 'groupPointer',
    type: 20,
    length: 64,
    instruction: [40, 0],
    error: 'ConstraintMintGroupPointerExtension',
    parts: [
      ['authority', 'ConstraintMintGroupPointerExtensionAuthority'],
      ['groupAddress', 'ConstraintMintGroupPointerExtensionGroupAddress'],
    ],
  },
  {
    key: 'groupMemberPointer',
    type: 22,
    length: 64,
    instruction: [41, 0],
    error: 'ConstraintMintGroupMemberPointerExtension',
    parts: [
      ['authority', 'ConstraintMintGroupMemberPointerExtensionAuthority'],
      ['memberAddress', 'ConstraintMintGroupMemberPointerExtensionMemberAddress'],
    ],
  },
  {
    key: 'metadataPointer',
    type: 18,
    length: 64,
    instruction: [39, 0],
    error: 'ConstraintMintMetadataPointerExtension',
    parts: [
      ['authority', 'ConstraintMintMetadataPointerExtensionAuthority'],
      ['metadataAddress', 'ConstraintMintMetadataPointerExtensionMetadataAddress'],
    ],
  },
  {
    key: 'closeAuthority',
    type: 3,
    length: 32,
    // The last byte says that there is one.
    instruction: [25, 1],
    error: 'ConstraintMintCloseAuthorityExtension',
    parts: [['authority', 'ConstraintMintCloseAuthorityExtensionAuthority']],
  },
  {
    key: 'transferHook',
    type: 14,
    length: 64,
    instruction: [36, 0],
    error: 'ConstraintMintTransferHookExtension',
    parts: [
      ['authority', 'ConstraintMintTransferHookExtensionAuthority'],
      ['programId', 'ConstraintMintTransferHookExtensionProgramId'],
    ],
  },
  {
    key: 'permanentDelegate',
    type: 12,
    length: 32,
    instruction: [35],
    error: 'ConstraintMintPermanentDelegateExtension',
    parts: [['delegate', 'ConstraintMintPermanentDelegateExtensionDelegate']],
  },
  {
    key: 'pausable',
    type: 26,
    // And a flag.
    length: 33,
    instruction: [44, 0],
    error: 'ConstraintMintPausableExtension',
    parts: [['authority', 'ConstraintMintPausableAuthority']],
  },
];

/** The order in which they are checked. */
const CHECKED: readonly (keyof MintExtensions)[] = [
  'groupPointer',
  'groupMemberPointer',
  'metadataPointer',
  'closeAuthority',
  'permanentDelegate',
  'transferHook',
  'pausable',
];

const MINT_LEN = 82;
const TOKEN_LEN = 165;
const MULTISIG_LEN = 355;
/** The base, filled up to the length of a token account, and a byte that tells the two apart. */
const EXTENSIONS_OFFSET = TOKEN_LEN + 1;
/** Type and length. */
const HEADER_LEN = 4;

/** Bytes of an account with extensions of these lengths. Source: token-2022, try_calculate_account_len. */
function spaceWith(lengths: readonly number[], base: number): number {
  if (lengths.length === 0) return base;
  const space = lengths.reduce((sum, length) => sum + HEADER_LEN + length, EXTENSIONS_OFFSET);
  // So that its length doesn't make it a multisig.
  return space === MULTISIG_LEN ? space + 2 : space;
}

function declared(extensions: MintExtensions | undefined): Extension[] {
  return EXTENSIONS.filter(({ key }) => extensions?.[key] !== undefined);
}

/** Bytes of a mint with the extensions. */
export function mintSpace(extensions: MintExtensions | undefined): number {
  const lengths = declared(extensions).map(({ length }) => length);
  return spaceWith(lengths, MINT_LEN);
}

/** What a token account needs for an extension of its mint: type by type, the lengths. Source: token-2022, ExtensionType. */
const ACCOUNT_EXTENSIONS: Readonly<Record<number, readonly number[]>> = {
  // A transfer fee: what was withheld.
  1: [8],
  // No transfer: a mark, and that its owner can't change.
  9: [0, 0],
  // A transfer hook: whether it runs.
  14: [1],
  // A pause: a mark.
  26: [0],
};

/** Bytes of a token account of the mint. */
export function tokenSpace(mint: AccountInfo): number {
  if (mint.owner !== TOKEN_2022_PROGRAM) return TOKEN_LEN;
  readMint(mint.data);
  const lengths = [...extensionsIn(mint.data)].flatMap(([type]) => ACCOUNT_EXTENSIONS[type] ?? []);
  return spaceWith(lengths, TOKEN_LEN);
}

/** Type and value of each. */
function* extensionsIn(data: Uint8Array): Generator<readonly [type: number, value: Uint8Array]> {
  const view = new DataView(data.buffer, data.byteOffset, data.byteLength);
  for (let at = EXTENSIONS_OFFSET; at + HEADER_LEN <= data.length; ) {
    const type = view.getUint16(at, true);
    if (type === 0) return;
    const length = view.getUint16(at + 2, true);
    yield [type, data.subarray(at + HEADER_LEN, at + HEADER_LEN + length)];
    at += HEADER_LEN + length;
  }
}

/** Names of accounts by part, as the declaration has them. */
type Parts = Readonly<Record<string, string | undefined>>;
const partsOf = (extensions: MintExtensions, { key }: Extension): Parts => extensions[key] as Parts;

/** Makes the extensions of a mint that is about to be initialized. */
export function initializeExtensions(
  scope: AccountScope,
  { options }: Field,
  mint: AccountInfo,
  program: AccountInfo,
): void {
  const extensions: MintExtensions | undefined = options['extensions'];
  for (const extension of declared(extensions)) {
    const names = partsOf(extensions!, extension);
    const addresses = extension.parts.flatMap(([part]) => {
      const name = names[part];
      return name === undefined ? new Array<number>(32).fill(0) : [...getAddressEncoder().encode(scope.key(name))];
    });
    const data = Uint8Array.from([...extension.instruction, ...addresses]);
    const accounts = [{ address: mint.key, role: 1 }];
    CpiContext.of(program, { mint }).invoke({ programAddress: program.key, accounts, data });
  }
}

/** Checks the extensions of a mint that is there. */
export function checkExtensions(scope: AccountScope, { options }: Field, mint: AccountInfo): void {
  const extensions: MintExtensions | undefined = options['extensions'];
  if (extensions === undefined) return;
  for (const key of CHECKED) {
    if (extensions[key] === undefined) continue;
    const extension = EXTENSIONS.find((each) => each.key === key)!;
    const names = partsOf(extensions, extension);
    extension.parts.forEach(([part, error], i) => {
      const name = names[part];
      if (name === undefined) return;
      const value = mint.owner === TOKEN_2022_PROGRAM ? extensionOf(mint.data, extension) : undefined;
      if (value === undefined) throw anchorError(extension.error);
      const address: Address = getAddressDecoder().decode(value, i * 32);
      if (address !== scope.key(name)) throw anchorError(error);
    });
  }
}

function extensionOf(data: Uint8Array, { type, length }: Extension): Uint8Array | undefined {
  for (const [found, value] of extensionsIn(data)) if (found === type && value.length === length) return value;
  return undefined;
}
