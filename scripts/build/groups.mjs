// Modules that are read when something of theirs is first used. Most of what `import 'parhelion'` would cost is text that
// few processes need: curves, which @noble/curves prepares as it is evaluated, the ELFs of the bundled programs, the
// machine where nobody calls a compiled program, what writes trees and explanations.
//
// Each group is bundled apart, with all that nobody else needs. What `#lazy` is, package.json says: in Node it reads
// dist/lazy/<group>.js, which until then nobody reads; elsewhere, and under a bundler, it is a module that holds all
// groups, each in a function.

import { readdirSync, readFileSync } from 'node:fs';
import { basename } from 'node:path';

const inRoom = (room, names) => names.map((name) => `src/${room}/${name}.ts`);

const READING = inRoom('trace', [
  'transaction-trace',
  'names',
  'plain-text',
  'rewind',
  'value-text',
  'decoders/index',
  'decoders/token-state',
]);
/** What every `Svm` has of the room `trace`. */
const IN_CORE = inRoom('trace', ['decoder']);

/** All modules of a folder, but for these. */
const restOf = (folder, files) =>
  readdirSync(folder, { recursive: true })
    .filter((file) => /\.ts$/.test(file) && !/\.(test|generated)\.ts$/.test(file))
    .map((file) => `${folder}/${file.replaceAll('\\', '/')}`)
    .filter((file) => !files.includes(file));

/** Groups that stand on others: what they share with those they take from there. */
const BASES = {
  assembler: ['machine'],
  calls: ['machine'],
  compiler: ['machine'],
  faults: ['assembler'],
  'rare-syscalls': ['machine'],
  'strict-elf': ['machine'],
  syscalls: ['machine'],
  testing: ['reading'],
  trace: ['reading'],
};

/**
 * Groups whose modules are evaluated together. A module that waits to be evaluated is a function, and V8 reads what is in
 * it once more when it is called. That pays where many modules are never asked for, as of the curves.
 */
export const WHOLE_GROUPS = new Set(['addresses', 'calls', 'compiler', 'machine', 'syscalls']);

/** A group and all it stands on, what is nearest first. */
export const withBases = (group) => [group, ...new Set((BASES[group] ?? []).flatMap(withBases))];

/** The bundled programs, and what was compiled of them, each a group. */
export function programGroups() {
  return { ...groupEach('src/bank/bundled'), ...groupEach('src/bank/bundled/ahead', '-ahead') };
}

function groupEach(folder, suffix = '') {
  const files = readdirSync(folder).filter((file) => file.endsWith('.generated.ts'));
  return Object.fromEntries(
    files.map((file) => [basename(file, '.generated.ts').replace('.', '-') + suffix, [`${folder}/${file}`]]),
  );
}

/** The modules that stand behind façades, by group. */
export function lazyGroups() {
  return {
    curves: inRoom('crypto', [
      'alt-bn128',
      'big-mod-exp',
      'bls-proof-of-possession',
      'bls12-381',
      'curve25519-groups',
      'poseidon',
      'secp256k1-recover',
      'secp256r1',
      'zk-proofs/index',
    ]),
    addresses: inRoom('crypto', ['curve', 'program-address']),
    hashes: inRoom('crypto', ['hashes']),
    signatures: inRoom('crypto', ['ed25519']),
    // What runs compiled programs.
    machine: [
      ...inRoom('runtime', ['programs/bpf-loader', 'serialization', 'syscalls/index']),
      ...inRoom('sbpf', ['compiler/ahead', 'errors', 'executable', 'verifier']),
    ],
    // Until a program has run for long, the machine only interprets.
    compiler: [
      ...restOf('src/sbpf/compiler', inRoom('sbpf/compiler', ['ahead', 'ahead-writer', 'tiered-engine'])),
      ...inRoom('sbpf', ['interpreter', 'memory-operations']),
    ],
    opcodes: inRoom('sbpf', ['opcodes']),
    'strict-elf': inRoom('sbpf/elf', ['strict-loader']),
    calls: inRoom('runtime', ['cpi']),
    syscalls: inRoom('runtime/syscalls', [
      'hash',
      'introspection',
      'panic',
      'program-address',
      'return-data',
      'sysvar',
    ]),
    'rare-syscalls': inRoom('runtime/syscalls', [
      'alt-bn128',
      'big-mod-exp',
      'curve',
      'epoch-stake',
      'poseidon',
      'secp256k1',
    ]),
    assembler: inRoom('sbpf', ['assembler', 'disassembler', 'index']),
    faults: inRoom('runtime', ['fault']),
    features: inRoom('runtime', ['feature-gates']),
    builtins: inRoom('runtime', [
      'nonce',
      'precompiles/ed25519',
      'precompiles/secp256k1',
      'precompiles/secp256r1',
      'programs/loader-v3',
      'programs/loader-v4',
      'programs/system-nonce',
      'programs/vote/vote-processor',
      'programs/zk-elgamal-proof',
    ]),
    'typescript-programs': [
      ...inRoom('program', ['account-info', 'define-program', 'discriminator', 'frame', 'names', 'program-error']),
      ...inRoom('testing', ['observed-programs']),
    ],
    // What both of the next two read.
    reading: READING,
    trace: [...restOf('src/trace', [...READING, ...IN_CORE]), ...inRoom('testing', ['outcome-facts'])],
    testing: inRoom('testing', ['advice', 'capsule', 'capsule-from-rpc', 'matchers', 'rewind', 'shadow-program']),
    decoders: ['src/trace/decoders/clients.generated.ts'],
    inflate: ['src/bank/bundled/ahead.ts', 'src/bank/bundled/inflate.ts'],
    ...programGroups(),
  };
}

/** What the licence of @noble/curves asks for where its code is carried. */
export function licenceOf(group) {
  if (group !== 'curves') return '';
  return `/*\n${readFileSync('node_modules/@noble/curves/LICENSE', 'utf8').trim()}\n*/\n`;
}
