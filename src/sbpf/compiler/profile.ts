// What the compiler is told of a program's runs, a byte a slot, made from what interpreters noted (program-images.ts): the
// region that the slot's load or store went to, MIXED and a bit for each region where that were several, or UNSEEN.

import { MM_REGION_SIZE, MM_STACK_START } from '../address-space.ts';
import { REGION_COUNT } from '../control-block.ts';

/** No access yet. */
export const UNSEEN = 0xff;
const MIXED = 0x80;
/** The stack and whatever else. */
export const ALSO_STACK = MIXED | (1 << (MM_STACK_START / MM_REGION_SIZE));
/** At a call: it was reached. */
export const REACHED = 0;
/** The same as the interpreter notes it. */
export const REACHED_BIT = 1 << REACHED;

const BY_BITS = Uint8Array.from({ length: 1 << REGION_COUNT }, (_, bits) => {
  if (bits === 0) return UNSEEN;
  return (bits & (bits - 1)) === 0 ? 31 - Math.clz32(bits) : MIXED | bits;
});

export const profileOf = (notes: Uint8Array): Uint8Array => notes.map((bits) => BY_BITS[bits]);

/** The notes that a profile was made of. */
export const notesOf = (profile: Uint8Array): Uint8Array =>
  profile.map((region) => (region === UNSEEN ? 0 : region < MIXED ? 1 << region : region & ~MIXED));

export const isMixed = (region: number): boolean => region >= MIXED && region !== UNSEEN;

/** Whether an access has gone to several regions, the stack among them. */
export const goesAlsoToStack = (region: number): boolean => isMixed(region) && (region & ALSO_STACK) === ALSO_STACK;
