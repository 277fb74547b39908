// The shape of a case: how it is broken, the true cause written down by hand, and what the explanation must say.

import type { Scene, SceneOptions, SentBoth } from './scene.ts';

export interface FailureCase {
  readonly id: string;
  /** What was really wrong: written by hand, before looking at what is explained. */
  readonly cause: string;
  readonly code: string;
  /** Each must match somewhere in the cause, the fixes or the notes. */
  readonly says: readonly (string | RegExp)[];
  readonly play: (scene: Scene) => SentBoth;
  readonly options: SceneOptions;
}

export function failure(
  id: string,
  cause: string,
  code: string,
  says: readonly (string | RegExp)[],
  play: (scene: Scene) => SentBoth,
  options: SceneOptions = {},
): FailureCase {
  return { id, cause, code, says, play, options };
}
