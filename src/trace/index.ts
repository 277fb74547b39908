// The room `trace`: what a transaction did, for people and tools to read. It runs nothing.
// The recorder and the tree know no decoder: whoever makes a trace hands them one (decoder.ts).

export { type Advice, type AdviceCode, type AdviceCost, formatAdvice, savingText } from './advice.ts';
export {
  type AccountReading,
  DecoderRegistry,
  type EncodedInstruction,
  type InstructionReading,
  type ProgramDecoder,
} from './decoder.ts';
export { type ProgramIdl, readIdl } from './decoders/idl.ts';
export { createDefaultDecoders, DEFAULT_DECODERS } from './decoders/index.ts';
export { explain } from './explain.ts';
export { EXPLANATION_CODES, type ExplainedAccount, type Explanation, type FlagOrigin } from './explanation.ts';
export type { CodeRow } from './explanation-codes.ts';
export { describeFailure, type FailureText, type ShowAddress } from './failure-text.ts';
export { type FormatOptions, formatTrace, TRACE_LEVELS, type TraceLevel } from './format.ts';
export { type FormatExplanationOptions, formatExplanation } from './format-explanation.ts';
export { type FormatLedgerOptions, formatLedger } from './format-ledger.ts';
export {
  type FormatRewindOptions,
  formatMemory,
  formatRewind,
  formatRewindFrames,
  rewindToJson,
} from './format-rewind.ts';
export { type JsonValue, TRACE_JSON_VERSION, traceToJson, valueToJson } from './json.ts';
export { type FrameLedger, type Ledger, type LedgerEntry, ledgerOf } from './ledger.ts';
export type { AccountFields, FieldChange } from './ledger-fields.ts';
export { WELL_KNOWN_NAMES } from './names.ts';
export { escapeText, jsonText } from './plain-text.ts';
export { type OutcomeFacts, type TraceOptions, TraceRecorder } from './recorder.ts';
export {
  type FramePath,
  momentText,
  parseMoment,
  type RewindAccount,
  type RewindCode,
  type RewindFrame,
  type RewindMachine,
  type RewindMoment,
  type RewindPoint,
  type RewindTarget,
} from './rewind.ts';
export type { SeedMatch, SeedReport } from './seed-detective.ts';
export { describeTransactionFailure, type TransactionFailureText } from './transaction-failure-text.ts';
export * from './transaction-trace.ts';
export {
  accountUnits,
  type FrameUnits,
  flameGraph,
  flameGraphHtml,
  foldUnits,
  formatUnits,
  pprofUnits,
  type UnitsPart,
} from './units.ts';
