// `parhelion/litesvm` where there are files: npm litesvm's API with its file methods.

import './files.ts';

export * from '../testing/litesvm/index.ts';
