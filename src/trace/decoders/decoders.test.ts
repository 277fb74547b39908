import { type AccountMeta, AccountRole, type Address, createNoopSigner, type Instruction } from '@solana/kit';
import { getExtendLookupTableInstruction } from '@solana-program/address-lookup-table';
import { getSetComputeUnitLimitInstruction, getSetComputeUnitPriceInstruction } from '@solana-program/compute-budget';
import { getAddMemoInstruction } from '@solana-program/memo';
import { getDelegateStakeInstruction } from '@solana-program/stake';
import { getCreateAccountInstruction, getTransferSolWithSeedInstruction } from '@solana-program/system';
import {
  AuthorityType,
  getBatchInstruction,
  getCreateAssociatedTokenIdempotentInstruction,
  getSetAuthorityInstruction,
  getTransferCheckedInstruction,
  getTransferInstruction,
} from '@solana-program/token';
import { getInitializeTransferFeeConfigInstruction } from '@solana-program/token-2022';
import { describe, expect, it } from 'vitest';
import { testKey } from '../../../test/support/staged-transaction.ts';
import { DecoderRegistry, type EncodedInstruction } from '../decoder.ts';
import { WELL_KNOWN_NAMES } from '../names.ts';
import { DEFAULT_DECODERS } from './index.ts';

const registry = new DecoderRegistry(DEFAULT_DECODERS);
const key = (seed: number) => testKey(seed).toString() as Address;
const signer = (seed: number) => createNoopSigner(key(seed));

/** As the recorder hands it over. */
function encoded(instruction: object, accountCount?: number): EncodedInstruction {
  const { programAddress, accounts = [], data } = instruction as Instruction & { accounts: AccountMeta[] };
  return {
    programAddress,
    accounts: accounts.slice(0, accountCount).map(({ address, role }) => ({
      address,
      isSigner: role >= AccountRole.READONLY_SIGNER,
      isWritable: role === AccountRole.WRITABLE || role === AccountRole.WRITABLE_SIGNER,
    })),
    data: new Uint8Array(data ?? []),
  };
}

const createAccount = getCreateAccountInstruction({
  payer: signer(1),
  newAccount: signer(2),
  lamports: 5n,
  space: 165n,
  programAddress: key(3),
});

const transfer = getTransferInstruction({ source: key(1), destination: key(2), authority: signer(3), amount: 7n });

describe('the decoders of well-known programs', () => {
  const rows: [name: string, instruction: object, reading: object][] = [
    [
      'System',
      createAccount,
      {
        name: 'CreateAccount',
        args: { lamports: 5n, space: 165n, programAddress: key(3) },
        roles: ['payer', 'newAccount'],
      },
    ],
    [
      'System, with a seed',
      getTransferSolWithSeedInstruction({
        source: key(1),
        baseAccount: signer(2),
        destination: key(3),
        amount: 1n,
        fromSeed: 'pot',
        fromOwner: key(4),
      }),
      {
        name: 'TransferSolWithSeed',
        args: { amount: 1n, fromSeed: 'pot', fromOwner: key(4) },
        roles: ['source', 'baseAccount', 'destination'],
      },
    ],
    [
      'Token',
      getTransferCheckedInstruction({
        source: key(1),
        mint: key(2),
        destination: key(3),
        authority: signer(4),
        amount: 9n,
        decimals: 6,
      }),
      {
        name: 'TransferChecked',
        args: { amount: 9n, decimals: 6 },
        roles: ['source', 'mint', 'destination', 'authority'],
      },
    ],
    [
      'Token, an option and an enum',
      getSetAuthorityInstruction({
        owned: key(1),
        owner: signer(2),
        authorityType: AuthorityType.CloseAccount,
        newAuthority: null,
      }),
      { name: 'SetAuthority', args: { authorityType: 'CloseAccount', newAuthority: null }, roles: ['owned', 'owner'] },
    ],
    [
      'Token, a batch',
      getBatchInstruction([transfer, transfer]),
      { name: 'Batch', args: { instructions: [{ Transfer: { amount: 7n } }, { Transfer: { amount: 7n } }] } },
    ],
    [
      'Associated Token',
      getCreateAssociatedTokenIdempotentInstruction({ payer: signer(1), ata: key(2), owner: key(3), mint: key(4) }),
      {
        name: 'CreateAssociatedTokenIdempotent',
        args: {},
        roles: ['payer', 'ata', 'owner', 'mint', 'systemProgram', 'tokenProgram'],
      },
    ],
    [
      'Associated Token, without data, which means Create',
      {
        programAddress: 'ATokenGPvbdGVxr1b2hvZbsiqW5xWH25efTNsLJA8knL',
        accounts: [1, 2, 3, 4, 5, 6].map((seed) => ({ address: key(seed), role: 0 })),
      },
      { name: 'CreateAssociatedToken' },
    ],
    [
      'Token-2022, an extension',
      getInitializeTransferFeeConfigInstruction({
        mint: key(1) as never,
        transferFeeConfigAuthority: key(2) as never,
        withdrawWithheldAuthority: null,
        transferFeeBasisPoints: 50,
        maximumFee: 1000n,
      }),
      {
        name: 'InitializeTransferFeeConfig',
        args: {
          transferFeeConfigAuthority: key(2),
          withdrawWithheldAuthority: null,
          transferFeeBasisPoints: 50,
          maximumFee: 1000n,
        },
        roles: ['mint'],
      },
    ],
    ['Memo', getAddMemoInstruction({ memo: 'hi ☼', signers: [signer(1)] }), { name: 'Memo', args: { memo: 'hi ☼' } }],
    [
      'Compute Budget, limit',
      getSetComputeUnitLimitInstruction({ units: 400_000 }),
      { name: 'SetComputeUnitLimit', args: { units: 400_000 } },
    ],
    [
      'Compute Budget, price',
      getSetComputeUnitPriceInstruction({ microLamports: 3n }),
      { name: 'SetComputeUnitPrice', args: { microLamports: 3n } },
    ],
    [
      'Stake',
      getDelegateStakeInstruction({ stake: key(1), vote: key(2), stakeAuthority: signer(4) }),
      { name: 'DelegateStake', args: {} },
    ],
    [
      'Address Lookup Table',
      getExtendLookupTableInstruction({
        address: key(1),
        authority: signer(2),
        payer: signer(3),
        addresses: [key(4), key(5)],
      }),
      { name: 'ExtendLookupTable', args: { addresses: [key(4), key(5)] } },
    ],
    [
      'BPF Loader v3',
      {
        programAddress: 'BPFLoaderUpgradeab1e11111111111111111111111',
        accounts: [1, 2].map((seed) => ({ address: key(seed), role: 1 })),
        data: new Uint8Array([1, 0, 0, 0, 16, 0, 0, 0, 3, 0, 0, 0, 0, 0, 0, 0, 7, 8, 9]),
      },
      { name: 'Write', args: { offset: 16, bytes: new Uint8Array([7, 8, 9]) }, roles: ['buffer', 'authority'] },
    ],
  ];
  it.each(rows)('%s', (_, instruction, expected) => {
    const reading = registry.decode(encoded(instruction))!;
    const { name, args } = reading.instruction;
    expect({ name, args, roles: reading.accountNames }).toMatchObject(expected);
  });

  it('names what there is where accounts are missing', () => {
    const reading = registry.decode(encoded(createAccount, 1))!;
    expect(reading.instruction.name).toBe('CreateAccount');
    expect(reading.instruction.args).toMatchObject({ lamports: 5n, space: 165n });
    expect(reading.accountNames).toEqual(['payer']);
  });

  it('knows the errors of programs by name', () => {
    const nameOf = (address: string, code: number) => registry.describeError(address, code)?.name;
    expect(nameOf('11111111111111111111111111111111', 1)).toBe('ResultWithNegativeLamports');
    expect(nameOf('TokenkegQfeZyiNwAJbNbGKPFXCWuBvf9Ss623VQ5DA', 1)).toBe('InsufficientFunds');
    expect(nameOf('TokenzQdBNbLqP5VEhdkAS6EPFLC1PHnBqCXEpPxuEb', 68)).toBe('PendingBalanceNonZero');
    expect(nameOf('TokenkegQfeZyiNwAJbNbGKPFXCWuBvf9Ss623VQ5DA', 500)).toBeUndefined();
    expect(nameOf('Ed25519SigVerify111111111111111111111111111', 2)).toBe('InvalidSignature');
  });

  it('never throws, whatever the bytes', () => {
    const accounts = [1, 2, 3].map((seed) => ({ address: key(seed), isSigner: false, isWritable: true }));
    let random = 1;
    const next = () => (random = (Math.imul(random, 1_103_515_245) + 12_345) >>> 0) >>> 24;
    let known = 0;
    for (const [programAddress] of DEFAULT_DECODERS) {
      for (let tag = 0; tag < 256; tag++) {
        for (const len of tag < 32 ? [0, 4, 40] : [9]) {
          const data = Uint8Array.from({ length: len }, (_, i) => (i === 0 ? tag : i < 4 && tag < 16 ? 0 : next()));
          const reading = registry.decode({ programAddress: programAddress as Address, accounts, data });
          if (reading !== undefined) known++;
        }
      }
    }
    expect(known).toBeGreaterThan(300);
  });
});

describe('DecoderRegistry', () => {
  const instruction = encoded({ programAddress: key(50), accounts: [], data: new Uint8Array([5]) });

  it('lets a user add a decoder', () => {
    const own = new DecoderRegistry(DEFAULT_DECODERS);
    own.register(key(50), {
      name: 'Counter',
      decodeInstruction: ({ data }) => ({ name: 'Add', args: { amount: data[0] }, accountNames: ['counter'] }),
      describeError: (code) => (code === 6000 ? { name: 'Overflow', message: 'The counter is full' } : undefined),
    });
    expect(own.decode(instruction)).toEqual({
      instruction: { name: 'Add', args: { amount: 5 } },
      accountNames: ['counter'],
    });
    expect(own.nameOf(key(50))).toBe('Counter');
    expect(own.describeError(key(50), 6000)).toEqual({ code: 6000, name: 'Overflow', message: 'The counter is full' });
    expect(registry.decode(instruction)).toBeUndefined();
  });

  it('takes a decoder that throws for one that does not know', () => {
    const fail = () => {
      throw new Error('a bug in a decoder');
    };
    const own = new DecoderRegistry([[key(50), { decodeInstruction: fail, describeError: fail }]]);
    expect(own.decode(instruction)).toBeUndefined();
    expect(own.describeError(key(50), 1)).toBeNull();
  });

  it('makes plain data of whatever a decoder returns', () => {
    const circular: Record<string, unknown> = {};
    circular['self'] = circular;
    const args = { circular, option: { __option: 'Some', value: 3n }, at: new Map([[1, 2]]), f: () => 1 };
    const own = new DecoderRegistry([
      [key(50), { decodeInstruction: () => ({ name: 'X', args: args as never, accountNames: [] }) }],
    ]);
    const reading = own.decode(instruction)!;
    expect(reading.instruction.args['option']).toBe(3n);
    expect(() => JSON.stringify({ ...reading.instruction.args, option: null })).not.toThrow();
  });
});

describe('WELL_KNOWN_NAMES', () => {
  it('holds addresses: base58 of 32 bytes', async () => {
    const { decodeBase58 } = await import('../../wire/base58.ts');
    for (const address of Object.keys(WELL_KNOWN_NAMES))
      expect([address, decodeBase58(address).length]).toEqual([address, 32]);
  });
});
