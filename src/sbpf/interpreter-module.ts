// The interpreters' modules, one for each sBPF version. Those of the versions in circulation lie ready, so that a process
// that runs one reads nothing of what emits them (interpreter.ts).

import { decodeBase64 } from '../wire/base64.ts';
import { INTERPRETER_MODULES } from './interpreter.generated.ts';
import { emitInterpreter } from './interpreter.ts';
import type { SbpfVersion } from './version.ts';

const modules = new Map<SbpfVersion, WebAssembly.Module>();

export function interpreterModule(version: SbpfVersion): WebAssembly.Module {
  let module = modules.get(version);
  if (module === undefined) {
    const emitted = INTERPRETER_MODULES[version];
    const bytes = emitted === undefined ? emitInterpreter(version) : decodeBase64(emitted);
    modules.set(version, (module = new WebAssembly.Module(bytes)));
  }
  return module;
}
