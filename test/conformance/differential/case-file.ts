// A sequence of steps as a JSON file, to be replayed, kept or sent to somebody. Bytes are base64, numbers beyond a double
// are decimal text.

import { readFileSync, writeFileSync } from 'node:fs';
import { FEATURE_GATES, type FeatureName } from '../../../src/runtime/features.ts';
import { decodeBase64, encodeBase64 } from '../../../src/wire/base64.ts';
import { ParhelionError } from '../../../src/wire/errors.ts';
import { Pubkey } from '../../../src/wire/pubkey.ts';
import { type MachineOptions, Machines, type Step, whatGoesWrong } from './machines.ts';

export interface Case {
  /** What it shows, or where it came from. */
  readonly about: string;
  readonly options: MachineOptions;
  readonly steps: readonly Step[];
}

type StepFile =
  | { readonly kind: 'send' | 'simulate'; readonly bytes: string; readonly isObserved?: boolean }
  | {
      readonly kind: 'account';
      readonly key: string;
      readonly lamports: string;
      readonly owner: string;
      readonly executable: boolean;
      readonly rentEpoch: string;
      readonly data: string;
    }
  | { readonly kind: 'program'; readonly key: string; readonly elf: string }
  | { readonly kind: 'expireBlockhash' }
  | { readonly kind: 'warp'; readonly slot: string };

interface CaseFile {
  readonly about: string;
  readonly options: MachineOptions;
  readonly steps: readonly StepFile[];
}

export function writeCase(file: string, { about, options, steps }: Case): void {
  const content: CaseFile = { about, options, steps: steps.map(encodeStep) };
  writeFileSync(file, `${JSON.stringify(content, null, 2)}\n`);
}

/** @throws ParhelionError `INVALID_ARGUMENT` where the file isn't a case. */
export function readCase(file: string): Case {
  try {
    const { about, options, steps } = JSON.parse(readFileSync(file, 'utf8')) as CaseFile;
    for (const name of [...(options.on ?? []), ...(options.off ?? [])]) {
      if (!(name in FEATURE_GATES)) throw new Error(`no gate has the name ${name satisfies FeatureName}`);
    }
    return { about, options, steps: steps.map(decodeStep) };
  } catch (error) {
    const received = error instanceof Error ? error.message : `${error}`;
    throw new ParhelionError('INVALID_ARGUMENT', {
      name: file,
      expected: 'a case of the differential suite',
      received,
    });
  }
}

/** The first difference, in words; undefined where both machines agree to the end, or to a difference that is explained. */
export function replay({ options, steps }: Pick<Case, 'options' | 'steps'>): string | undefined {
  const machines = new Machines(options);
  let isExplained = false;
  for (const [i, step] of steps.entries()) {
    const difference = whatGoesWrong(() => {
      const result = machines.apply(step);
      isExplained = result.explained !== undefined;
      return result.difference;
    });
    if (difference !== undefined) return `step ${i}: ${difference}`;
    if (isExplained) return undefined;
  }
  return machines.compareAll();
}

function encodeStep(step: Step): StepFile {
  switch (step.kind) {
    case 'send':
    case 'simulate':
      return { kind: step.kind, bytes: encodeBase64(step.bytes), ...observation(step) };
    case 'account': {
      const { lamports, owner, executable, rentEpoch, data } = step.account;
      return {
        kind: 'account',
        key: `${step.key}`,
        lamports: `${lamports}`,
        owner: `${owner}`,
        executable,
        rentEpoch: `${rentEpoch}`,
        data: encodeBase64(data),
      };
    }
    case 'program':
      return { kind: 'program', key: `${step.key}`, elf: encodeBase64(step.elf) };
    case 'warp':
      return { kind: 'warp', slot: `${step.slot}` };
    default:
      return { kind: step.kind };
  }
}

function observation({ isObserved }: { readonly isObserved?: boolean | undefined }): { readonly isObserved?: true } {
  return isObserved === true ? { isObserved } : {};
}

function decodeStep(step: StepFile): Step {
  switch (step.kind) {
    case 'send':
    case 'simulate':
      return { kind: step.kind, bytes: decodeBase64(step.bytes), ...observation(step) };
    case 'account':
      return {
        kind: 'account',
        key: Pubkey.fromBase58(step.key),
        account: {
          lamports: BigInt(step.lamports),
          owner: Pubkey.fromBase58(step.owner),
          executable: step.executable,
          rentEpoch: BigInt(step.rentEpoch),
          data: decodeBase64(step.data),
        },
      };
    case 'program':
      return { kind: 'program', key: Pubkey.fromBase58(step.key), elf: decodeBase64(step.elf) };
    case 'warp':
      return { kind: 'warp', slot: BigInt(step.slot) };
    case 'expireBlockhash':
      return { kind: 'expireBlockhash' };
    default:
      throw new Error(`no step is a ${(step as { kind: unknown }).kind}`);
  }
}
