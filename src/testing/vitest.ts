// `import 'parhelion/vitest'`: the matchers, for vitest's `expect`. A setup file is a good place for it.

import { expect } from 'vitest';
import { createMatchers, type OutcomeMatchers } from './matchers.ts';

declare module 'vitest' {
  // biome-ignore lint/suspicious/noExplicitAny: as vitest declares it
  interface Matchers<T = any> extends OutcomeMatchers<T> {}
}

expect.extend(createMatchers(expect) as never);
