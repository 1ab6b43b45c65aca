/** Numbers of both kinds: integers beyond 2^53 are bigints. */
export type Numeric = number | bigint

export const isNumeric = (value: unknown): value is Numeric =>
  typeof value === 'number' || typeof value === 'bigint'

/** Less than 0, 0 or more than 0, exactly for numbers of any size. Undefined where the two have no order. */
export function compareScalars(a: unknown, b: unknown): number | undefined {
  if (isNumeric(a) && isNumeric(b)) return a < b ? -1 : a > b ? 1 : 0
  if (typeof a === 'string' && typeof b === 'string') return a < b ? -1 : a > b ? 1 : 0
  return undefined
}

/** `=` of two scalars: of one type, but for the two kinds of number. */
export const isSame = (a: unknown, b: unknown): boolean =>
  // biome-ignore lint/suspicious/noDoubleEquals: it compares a number and a bigint exactly
  a === b || (isNumeric(a) && isNumeric(b) && a == b)
