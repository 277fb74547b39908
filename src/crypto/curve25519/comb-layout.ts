// How big a comb's table is: the emitted code walks it, and whoever gives out memory must know.

/** A table's entry: an affine point in Niels form, three field elements of twelve limbs with an i32 a limb. */
export const ENTRY_BYTES = 3 * 12 * 4;

/** Bits of a scalar below the group order. */
export const SCALAR_BITS = 253;

/** Windows of a comb; the top one's digit is small enough never to carry. */
export function combWindows(width: number): number {
  return Math.floor(SCALAR_BITS / width) + 1;
}

/** Bytes of a comb's table. */
export function combBytes(width: number): number {
  return combWindows(width) * 2 ** (width - 1) * ENTRY_BYTES;
}
