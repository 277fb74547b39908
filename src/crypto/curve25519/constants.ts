// The numbers of Curve25519 in its Edwards form, −x² + y² = 1 + dx²y² modulo p.
// Source: RFC 8032 §5.1.

/** Limbs of a field element in emitted code. */
export const LIMBS = 9;

export const P = 2n ** 255n - 19n;
/** −121665/121666 modulo p. */
export const EDWARDS_D = 37095705934669439343138083508754565189542113879843219016388785533085940283555n;
/** A square root of −1. */
export const SQRT_OF_MINUS_1 = 19681161376707505956807079304988542015446066515923890162744021073123829784752n;
/** The order of the base point. */
export const L = 2n ** 252n + 27742317777372353535851937790883648493n;
/** y of the points of order 8; the other four have −y. */
export const Y_OF_ORDER_8 = 55188659117513257062467267217118295137698188065244968500265048394206261417927n;
