// Files for the adapters, which are core and know none. Importing this says how they are read and written.

import { readFileSync, writeFileSync } from 'node:fs';
import { useFiles } from '../testing/litesvm/files.ts';

useFiles({ read: (path) => readFileSync(path), write: (path, bytes) => writeFileSync(path, bytes) });
