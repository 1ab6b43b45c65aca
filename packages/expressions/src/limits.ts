/** Milliseconds of one evaluation. */
export const EVALUATION_MS = 100
/** Depth of calls. */
export const STACK_DEPTH = 500
/** Items of one array an expression makes. */
export const SEQUENCE_ITEMS = 1_000_000
/** Characters of one string an expression makes or gives back. */
export const STRING_CHARACTERS = 10_000_000
/** Characters of one expression's source. */
export const SOURCE_CHARACTERS = 100_000
