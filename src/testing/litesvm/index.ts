// npm litesvm's API over Parhelion, as `parhelion/litesvm`: what its index exports, and from its `internal` what has another
// name, so that a suite which imports from both finds all in one place.

export * from './internal.ts';
// The same names, in the shapes of the index: these win.
export { LiteSVM, SimulatedTransactionInfo } from './litesvm.ts';
