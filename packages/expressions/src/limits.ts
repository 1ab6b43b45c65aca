/**
 * Steps of one evaluation: nodes of the syntax tree, and rounds of the loops in built-in functions. On a machine of
 * 2024 about 100 ms, and the same verdict on any other.
 */
export const EVALUATION_STEPS = 1_000_000
/** Nested evaluations: what V8's stack has room for, wherever an evaluation begins. */
export const NESTED_EVALUATIONS = 1_500
/** Levels of a syntax tree: an expression that nests deeper is refused before it runs. */
export const NESTED_NODES = 500
/** Items of one array an expression makes. */
export const SEQUENCE_ITEMS = 1_000_000
/** Characters of one string an expression makes or gives back. */
export const STRING_CHARACTERS = 10_000_000
/** Members of one value, at all levels together; so many characters of its texts count as one. */
export const VALUE_MEMBERS = 1_000_000
export const CHARACTERS_A_MEMBER = 10
/** Levels of arrays and objects in a result. */
export const RESULT_DEPTH = 200
/** Characters of one expression's source. */
export const SOURCE_CHARACTERS = 100_000
/** Steps of a plain text search at worst: length of the text times length of what is looked for. */
export const SEARCH_STEPS = 100_000_000
/** Work of one regular expression at worst: characters left times instructions. About 30 ns each. */
export const REGEX_UNITS = 5_000_000
