/** Milliseconds of processor time of one evaluation. */
export const EVALUATION_MS = 100
/** Milliseconds by the clock, however little of them the processor had for it: other runs wait for their turn. */
export const ELAPSED_MS = 1_000
/**
 * Nested evaluations. JSONata counts the members of an array or object literal as nested, so that this also bounds
 * the length of literals; endless recursion meets the clock long before it costs memory.
 */
export const STACK_DEPTH = 10_000
/** Items of one array an expression makes. */
export const SEQUENCE_ITEMS = 1_000_000
/** Characters of one string an expression makes or gives back. */
export const STRING_CHARACTERS = 10_000_000
/** What one value weighs at most: a unit a character, and NODE_UNITS for each member of arrays and objects. */
export const VALUE_UNITS = 10_000_000
export const NODE_UNITS = 10
/** Levels of arrays and objects in a result. */
export const RESULT_DEPTH = 200
/** Characters of one expression's source. */
export const SOURCE_CHARACTERS = 100_000
/** Steps of a plain text search at worst: length of the text times length of what is looked for. */
export const SEARCH_STEPS = 100_000_000
/** Steps of a regular expression at worst: characters left times instructions. About 30 ns each. */
export const REGEX_STEPS = 5_000_000
