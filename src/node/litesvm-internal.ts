// `parhelion/litesvm/internal` where there are files.

import './files.ts';

export * from '../testing/litesvm/internal.ts';
