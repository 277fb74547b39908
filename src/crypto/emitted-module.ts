// What an emitter of this room gives, and how it lays out the memory of its module: one area behind the other.

export interface EmittedModule {
  readonly bytes: Uint8Array;
  /** Addresses by name; `end` is the first one free. */
  readonly map: { readonly [name: string]: number };
}

/** Gives each area an address, a multiple of 16, from 16 on; `end` is the first one free. */
export function layOutMemory<N extends string>(
  sizes: {
    readonly [name in N]: number;
  },
): { readonly [name in N | 'end']: number } {
  const map: { [name: string]: number } = {};
  let address = 16;
  for (const [name, size] of Object.entries<number>(sizes)) {
    map[name] = address;
    address += Math.ceil(size / 16) * 16;
  }
  map['end'] = address;
  return map as { [name in N | 'end']: number };
}
