// Objects as native code makes them: their state is not among their properties, their fields are accessors of the
// prototype, and the prototype's members are enumerable, so that they print, compare and enumerate as those of LiteSVM and bankrun do.

import { refuseConstruction } from './arguments.ts';

const inners = new WeakMap<object, unknown>();

type Constructor<T> = abstract new (...args: never) => T;

/** Gives an object under construction its state. */
export function attach(object: object, inner: unknown): void {
  inners.set(object, inner);
}

/** An object of a class, past its constructor. */
export function wrap<T extends object>(type: Constructor<T>, inner: unknown): T {
  const object = Object.create(type.prototype) as T;
  inners.set(object, inner);
  return object;
}

/** The state of an object that was made by {@link wrap} or a constructor. */
export function innerOf<I>(object: object): I {
  const inner = inners.get(object);
  if (inner === undefined) throw new TypeError('Illegal invocation');
  return inner as I;
}

/** A class whose objects come out of the module only. */
export abstract class ModuleMade {
  constructor() {
    refuseConstruction();
  }
}

/** Accessors for the fields of a class's state, each with what a new value goes through. */
export function defineFields(
  type: Constructor<object>,
  fields: { readonly [name: string]: (value: unknown) => unknown },
): void {
  for (const [name, convert] of Object.entries(fields)) {
    Object.defineProperty(type.prototype, name, {
      get(this: object) {
        return innerOf<Record<string, unknown>>(this)[name];
      },
      set(this: object, value: unknown) {
        innerOf<Record<string, unknown>>(this)[name] = convert(value);
      },
      enumerable: true,
      configurable: true,
    });
  }
}

/** The same for fields that can't be assigned. */
export function defineGetters(type: Constructor<object>, names: readonly string[]): void {
  for (const name of names) {
    Object.defineProperty(type.prototype, name, {
      get(this: object) {
        return innerOf<Record<string, unknown>>(this)[name];
      },
      enumerable: true,
      configurable: true,
    });
  }
}

export function makeMembersEnumerable(...types: readonly Constructor<object>[]): void {
  for (const { prototype } of types) {
    for (const name of Object.getOwnPropertyNames(prototype)) {
      if (name !== 'constructor') Object.defineProperty(prototype, name, { enumerable: true });
    }
  }
}
