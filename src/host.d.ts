// What the core uses of its host beyond ECMAScript: things that Node, Bun, Deno and browsers all have. Declared here,
// as little of each as is used, because the core is compiled without Node's and the DOM's types.

interface TextEncoder {
  encode(text?: string): Uint8Array;
  encodeInto(text: string, bytes: Uint8Array): unknown;
}
declare var TextEncoder: { new (): TextEncoder };

interface TextDecoder {
  decode(bytes?: Uint8Array): string;
}
declare var TextDecoder: {
  new (label?: string, options?: { readonly fatal?: boolean; readonly ignoreBOM?: boolean }): TextDecoder;
};

declare namespace WebAssembly {
  interface Memory {
    readonly buffer: ArrayBuffer;
    grow(pages: number): number;
  }
  interface Table {
    readonly length: number;
    // biome-ignore lint/suspicious/noExplicitAny: an exported function of any signature
    get(index: number): any;
    set(index: number, value: unknown): void;
    grow(count: number): number;
  }
  interface Module {
    readonly __module: unique symbol;
  }
  interface Instance {
    // biome-ignore lint/suspicious/noExplicitAny: who made the module knows what it exports
    readonly exports: Record<string, any>;
  }
}
declare var WebAssembly: {
  Memory: new (descriptor: { initial: number; maximum?: number }) => WebAssembly.Memory;
  Table: new (descriptor: { element: 'anyfunc'; initial: number; maximum?: number }) => WebAssembly.Table;
  Module: new (bytes: Uint8Array) => WebAssembly.Module;
  Instance: new (module: WebAssembly.Module, imports?: Record<string, Record<string, unknown>>) => WebAssembly.Instance;
  validate(bytes: Uint8Array): boolean;
};
