// What an emitter of this room gives: the module, and where in its memory things are.

export interface EmittedModule {
  readonly bytes: Uint8Array;
  /** Addresses by name; `end` is the first one free. */
  readonly map: { readonly [name: string]: number };
}
