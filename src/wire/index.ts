// The room `wire`: values and their bytes. It imports nothing.

export * from './account.ts';
export * from './base58.ts';
export * from './base64.ts';
export * from './bytes.ts';
export * from './errors.ts';
export * from './message.ts';
export * from './message-compiler.ts';
export * from './pubkey.ts';
export * from './pubkey-map.ts';
export * from './short-vec.ts';
export * from './transaction.ts';
export * from './transaction-error.ts';
export * from './transaction-error-codec.ts';
export * from './transaction-sanitizer.ts';
