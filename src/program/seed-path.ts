// Stand-ins for accounts and arguments that note which of their properties were asked for, so that the seeds of an address,
// which are a function of both, can be written down in an IDL.

export interface SeedPath {
  readonly root: 'account' | 'arg';
  readonly steps: readonly string[];
}

const PATH = Symbol('seed path');

/** Every property of it is a stand-in too; using one as a value throws. */
export function standIn(root: SeedPath['root'], steps: readonly string[] = []): unknown {
  return new Proxy(
    {},
    {
      get(_target, property) {
        if (property === PATH) return { root, steps };
        if (typeof property === 'symbol') throw new TypeError('a stand-in has no value');
        return standIn(root, [...steps, property]);
      },
    },
  );
}

/** Where a stand-in came from; undefined of anything else. */
export function seedPathOf(value: unknown): SeedPath | undefined {
  if (typeof value !== 'object' || value === null || Array.isArray(value) || value instanceof Uint8Array)
    return undefined;
  return (value as { [PATH]?: SeedPath })[PATH];
}
