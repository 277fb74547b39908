// Settings of the machine that an embedder chooses. Which of them a chain's rules fix, and to what, is for the runtime
// to know; the defaults here are those of the sbpf crate, which its tests assume.

import type { SbpfVersion } from './version.ts';

export interface Config {
  /** Depth at which a call fails: with 64, 63 nested calls succeed. */
  readonly maxCallDepth: number;
  /** Bytes. */
  readonly stackFrameSize: number;
  /** V0 only: each stack frame is followed by an unmapped gap of the same size. */
  readonly enableStackFrameGaps: boolean;
  readonly enableAddressTranslation: boolean;
  /** Regions are found by the upper half of an address instead of by search; V4 always does. */
  readonly alignedMemoryMapping: boolean;
  /** Refuse files that only deployment refuses: addresses that differ from offsets, syscalls that are unknown. */
  readonly rejectBrokenElfs: boolean;
  /** Map the read-only sections from the lowest on, instead of from the region's start. */
  readonly optimizeRodata: boolean;
  /** Read names out of the symbol table. For debugging: it makes some files fail to load that otherwise would not. */
  readonly enableSymbolAndSectionLabels: boolean;
  readonly enabledSbpfVersions: readonly [min: SbpfVersion, max: SbpfVersion];
}

/** Source: sbpf src/vm.rs, Config::default. */
export const DEFAULT_CONFIG: Config = {
  maxCallDepth: 64,
  stackFrameSize: 4096,
  enableStackFrameGaps: true,
  enableAddressTranslation: true,
  alignedMemoryMapping: false,
  rejectBrokenElfs: false,
  optimizeRodata: true,
  enableSymbolAndSectionLabels: false,
  enabledSbpfVersions: [0, 4],
};
