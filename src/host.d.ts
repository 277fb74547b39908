// What the core uses of its host beyond ECMAScript: things that Node, Bun, Deno and browsers all have. Declared here,
// as little of each as is used, because the core is compiled without Node's and the DOM's types.

interface TextEncoder {
  encode(text?: string): Uint8Array;
}
declare var TextEncoder: { new (): TextEncoder };

interface TextDecoder {
  decode(bytes?: Uint8Array): string;
}
declare var TextDecoder: {
  new (label?: string, options?: { readonly fatal?: boolean; readonly ignoreBOM?: boolean }): TextDecoder;
};
