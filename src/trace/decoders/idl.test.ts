import { describe, expect, it } from 'vitest';
import { hashes } from '../../crypto/hashes.ts';
import { readIdl } from './idl.ts';

const address = 'Counter111111111111111111111111111111111111' as never;
const discriminator = [...hashes.sha256(new TextEncoder().encode('global:add_amount')).slice(0, 8)];
const data = Uint8Array.from([...discriminator, 5, 0, 0, 0, 0, 0, 0, 0, 2, 0, 0, 0, 104, 105, 1, 7]);
const args = [
  { name: 'amount', type: 'u64' },
  { name: 'memo', type: 'string' },
  { name: 'kind', type: { option: 'u8' } },
];
const decoded = {
  name: expect.stringMatching(/add_?[aA]mount/),
  args: { amount: 5n, memo: 'hi', kind: 7 },
  accountNames: ['counter', 'owner'],
};
const accounts = [
  { address, isSigner: false, isWritable: true },
  { address, isSigner: true, isWritable: false },
];

const OLD = {
  version: '0.1.0',
  name: 'counter',
  instructions: [
    {
      name: 'addAmount',
      accounts: [
        { name: 'counter', isMut: true },
        { name: 'owner', isSigner: true },
      ],
      args,
    },
  ],
  errors: [{ code: 6000, name: 'TooMuch', msg: 'It is too much.' }],
};
const NEW = {
  address,
  metadata: { name: 'counter' },
  instructions: [{ name: 'add_amount', discriminator, accounts: [{ name: 'counter' }, { name: 'owner' }], args }],
  errors: [{ code: 6000, name: 'TooMuch', msg: 'It is too much.' }],
};
const CODAMA = {
  kind: 'rootNode',
  program: {
    kind: 'programNode',
    name: 'counter',
    publicKey: address,
    instructions: [
      {
        kind: 'instructionNode',
        name: 'addAmount',
        accounts: [{ name: 'counter' }, { name: 'owner' }],
        arguments: [
          {
            name: 'discriminator',
            defaultValueStrategy: 'omitted',
            type: { kind: 'fixedSizeTypeNode' },
            defaultValue: {
              kind: 'bytesValueNode',
              encoding: 'base16',
              data: discriminator.map((b) => b.toString(16).padStart(2, '0')).join(''),
            },
          },
          { name: 'amount', type: { kind: 'numberTypeNode', format: 'u64', endian: 'le' } },
          { name: 'memo', type: { kind: 'sizePrefixTypeNode', type: { kind: 'stringTypeNode' } } },
        ],
      },
    ],
    errors: [{ kind: 'errorNode', name: 'TooMuch', code: 6000, message: 'It is too much.' }],
  },
};

describe('an IDL', () => {
  it.each([
    ['of Anchor, old form', OLD],
    ['of Anchor, new form', NEW],
  ])('%s names instructions, arguments, accounts and errors', (_, idl) => {
    const { decoder, name } = readIdl(idl);
    expect(name).toBe('counter');
    expect(decoder.decodeInstruction!({ programAddress: address, accounts, data })).toEqual(decoded);
    expect(decoder.describeError!(6000)).toEqual({ name: 'TooMuch', message: 'It is too much.' });
    expect(decoder.describeError!(6001)).toBeUndefined();
  });

  it('of Codama does so too', () => {
    const { decoder, address: own } = readIdl(CODAMA);
    expect(own).toBe(address);
    expect(decoder.decodeInstruction!({ programAddress: address, accounts, data })).toMatchObject({
      name: 'addAmount',
      args: { amount: 5n, memo: 'hi' },
      accountNames: ['counter', 'owner'],
    });
    expect(decoder.describeError!(6000)).toEqual({ name: 'TooMuch', message: 'It is too much.' });
  });

  it('that does not match its program shows what it can, and the rest as bytes', () => {
    const { decoder } = readIdl(NEW);
    const short = data.slice(0, 10);
    expect(decoder.decodeInstruction!({ programAddress: address, accounts, data: short })).toMatchObject({
      args: { amount: short.slice(8) },
    });
    expect(decoder.decodeInstruction!({ programAddress: address, accounts, data: data.slice(3) })).toBeUndefined();
  });

  it.each([[null], [5], [{}], [[]]])('that is none is refused: %j', (value) => {
    expect(() => readIdl(value)).toThrow(/An IDL must be/);
  });
});

describe('an IDL that is none', () => {
  const withInstruction = (instruction: object) => ({
    instructions: [{ name: 'a', accounts: [], args: [], ...instruction }],
  });
  const deep = (levels: number) => {
    let node: object = { name: 'x' };
    for (let i = 0; i < levels; i++) node = { name: 'x', accounts: [node] };
    return [node];
  };
  const omitted = (number: unknown) => ({
    kind: 'rootNode',
    program: {
      instructions: [
        {
          name: 'a',
          arguments: [
            { name: 'd', defaultValueStrategy: 'omitted', defaultValue: { kind: 'numberValueNode', number } },
          ],
        },
      ],
    },
  });

  it.each([
    ['accounts nested without end', withInstruction({ accounts: deep(20_000) })],
    ['a discriminator of lists', withInstruction({ discriminator: deep(20_000) })],
    ['a discriminator of large numbers', withInstruction({ discriminator: [256] })],
    ['a discriminator that is none', withInstruction({ discriminator: 'global:a' })],
    ['a default of half a number', omitted(0.5)],
    ['a default that is text', omitted('many')],
  ])('%s', (_, idl) => {
    expect(() => readIdl(idl)).toThrow(expect.objectContaining({ code: 'INVALID_ARGUMENT' }));
  });

  const withPart = (part: object) => ({ instructions: [], ...part });
  it.each([
    [withPart({ errors: 7 }), "The IDL's `errors` must be a list; received 7."],
    [withPart({ errors: [null] }), "The IDL's `errors[0]` must be an object; received null."],
    [withPart({ errors: [{ name: 'Closed' }] }), "The IDL's `errors[0].code` must be a number; received nothing."],
    [withPart({ types: [{ name: 5 }] }), "The IDL's `types[0].name` must be text; received 5."],
    [withPart({ accounts: ['Vault'] }), `The IDL's \`accounts[0]\` must be an object; received "Vault".`],
    [withInstruction({ args: {} }), "The IDL's `instructions[0].args` must be a list; received an object."],
    [
      withInstruction({ accounts: [{ name: 'group', accounts: [[]] }] }),
      "The IDL's `instructions[0].accounts[0].accounts[0]` must be an object; received a list.",
    ],
    [
      { kind: 'rootNode', program: { instructions: [{ name: 'a', arguments: [0n] }] } },
      "The IDL's `program.instructions[0].arguments[0]` must be an object; received 0.",
    ],
  ])('%o: it is said where', (idl, message) => {
    expect(() => readIdl(idl)).toThrow(message);
  });

  it('what it leaves out, or has null for, is taken for nothing', () => {
    const { decoder } = readIdl({ instructions: [{ name: 'a', args: null }], errors: null, types: undefined });
    expect(decoder.describeError!(6000)).toBeUndefined();
  });

  it('lists of nothing end, however many', () => {
    const type = [1, 2, 3, 4].reduce<unknown>((inner) => ({ array: [inner, 1000] }), { array: ['u8', 0] });
    const { decoder } = readIdl(withInstruction({ discriminator: [1], args: [{ name: 'x', type }] }));
    const bytes = new Uint8Array(1001).fill(1);
    const reading = decoder.decodeInstruction?.({ programAddress: address, accounts: [], data: bytes });
    expect(reading?.args).toEqual({ x: bytes.subarray(1) });
  });

  const side = { kind: 'enum', variants: [{ name: 'Bid' }, { name: 'Ask', fields: [{ name: 'floor', type: 'u16' }] }] };
  const order = {
    kind: 'struct',
    fields: [
      { name: 'side', type: { defined: { name: 'Side' } } },
      { name: 'legs', type: { vec: { defined: { name: 'Leg', generics: [{ kind: 'type', type: 'u8' }] } } } },
      { name: 'tag', type: { array: ['u8', 3] } },
      { name: 'limit', type: { coption: 'i32' } },
    ],
  };
  const leg = {
    kind: 'struct',
    fields: [
      { name: 'size', type: { generic: 'T' } },
      { name: 'price', type: 'i64' },
    ],
  };
  const legData = [4, 255, 255, 255, 255, 255, 255, 255, 255];
  const orderData = [1, 9, 0, 1, 0, 0, 0, ...legData, 7, 8, 9, 1, 0, 0, 0, 254, 255, 255, 255];
  const readOrder = {
    side: { Ask: { floor: 9 } },
    legs: [{ size: 4, price: -1n }],
    tag: Uint8Array.of(7, 8, 9),
    limit: -2,
  };

  it.each([
    [
      'of Anchor, new form',
      {
        instructions: [
          { name: 'place', discriminator: [1], args: [{ name: 'order', type: { defined: { name: 'Order' } } }] },
        ],
        accounts: [{ name: 'Order', discriminator: [2, 2] }],
        types: [
          { name: 'Order', type: order },
          { name: 'Side', type: side },
          { name: 'Leg', generics: [{ kind: 'type', name: 'T' }], type: leg },
        ],
      },
    ],
    [
      'of Anchor, old form',
      {
        instructions: [{ name: 'place', discriminator: [1], args: [{ name: 'order', type: { defined: 'Order' } }] }],
        accounts: [{ name: 'Order', discriminator: [2, 2], type: { defined: 'Order' } }],
        types: [
          { name: 'Order', type: order },
          { name: 'Side', type: side },
          { name: 'Leg', generics: [{ kind: 'type', name: 'T' }], type: leg },
        ],
      },
    ],
  ])('%s: arguments and accounts of its own types are read', (_, idl) => {
    const { decoder } = readIdl(idl);
    const place = { programAddress: address, accounts: [], data: Uint8Array.from([1, ...orderData]) };
    expect(decoder.decodeInstruction!(place)?.args).toEqual({ order: readOrder });
    expect(decoder.decodeAccount!(Uint8Array.from([2, 2, ...orderData]))).toEqual({ name: 'Order', fields: readOrder });
    expect(decoder.decodeAccount!(Uint8Array.from([3, 2, ...orderData]))).toBeUndefined();
    expect(() => decoder.decodeAccount!(Uint8Array.from([2, 2, 5]))).toThrow();
  });

  it('of Codama: nodes of all kinds', () => {
    const number = (format: string) => ({ kind: 'numberTypeNode', format, endian: 'le' });
    const fields = [
      { name: 'kind', type: number('u8'), defaultValue: { kind: 'numberValueNode', number: 3 } },
      { name: 'owner', type: { kind: 'publicKeyTypeNode' } },
      { name: 'side', type: { kind: 'definedTypeLinkNode', name: 'side' } },
      { name: 'name', type: { kind: 'fixedSizeTypeNode', size: 4, type: { kind: 'stringTypeNode' } } },
      { name: 'pair', type: { kind: 'tupleTypeNode', items: [number('u8'), { ...number('u16'), endian: 'be' }] } },
      {
        name: 'marks',
        type: {
          kind: 'arrayTypeNode',
          item: number('u8'),
          count: { kind: 'prefixedCountNode', prefix: number('u8') },
        },
      },
      { name: 'until', type: { kind: 'optionTypeNode', fixed: true, item: number('i16'), prefix: number('u8') } },
    ];
    const variants = [
      { kind: 'enumEmptyVariantTypeNode', name: 'bid' },
      { kind: 'enumTupleVariantTypeNode', name: 'ask', tuple: { kind: 'tupleTypeNode', items: [number('u8')] } },
    ];
    const { decoder } = readIdl({
      kind: 'rootNode',
      program: {
        name: 'shop',
        instructions: [],
        definedTypes: [{ name: 'side', type: { kind: 'enumTypeNode', variants } }],
        accounts: [
          {
            name: 'offer',
            data: { kind: 'structTypeNode', fields },
            discriminators: [{ kind: 'fieldDiscriminatorNode', name: 'kind', offset: 0 }],
          },
        ],
      },
    });
    const bytes = [3, ...new Array(32).fill(0), 1, 6, 97, 98, 99, 100, 1, 0, 2, 2, 5, 6, 0, 0, 0];
    expect(decoder.decodeAccount!(Uint8Array.from(bytes))).toEqual({
      name: 'offer',
      fields: {
        kind: 3,
        owner: '11111111111111111111111111111111',
        side: { ask: [6] },
        name: 'abcd',
        pair: [1, 2],
        marks: [5, 6],
        until: null,
      },
    });
    expect(decoder.decodeAccount!(Uint8Array.of(4))).toBeUndefined();
  });

  it('whose types lead into themselves, or to nothing, shows bytes', () => {
    const loop = { kind: 'struct', fields: [{ name: 'again', type: { defined: 'Loop' } }] };
    const place = { programAddress: address, accounts: [], data: Uint8Array.of(1, 2, 3) };
    for (const type of [{ defined: 'Loop' }, { defined: 'Nothing' }, { array: ['u8', -1] }, { vec: { defined: 5 } }]) {
      const idl = {
        instructions: [{ name: 'go', discriminator: [1], args: [{ name: 'x', type }] }],
        types: [{ name: 'Loop', type: loop }],
      };
      expect(readIdl(idl).decoder.decodeInstruction!(place)?.args).toEqual({ x: Uint8Array.of(2, 3) });
    }
  });

  it('names the accounts that are missing at the end, but for optional ones', () => {
    const accounts = [{ name: 'a' }, { name: 'b' }, { name: 'c', optional: true }];
    const { decoder } = readIdl({ instructions: [{ name: 'go', discriminator: [1], args: [], accounts }] });
    const reading = decoder.decodeInstruction!({ programAddress: address, accounts: [], data: Uint8Array.of(1) });
    expect(reading?.missingAccounts).toEqual(['a', 'b']);
  });
});
