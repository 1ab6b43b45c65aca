import { z } from 'zod'

/** Values that Postgres can hold, or look up without an error. A request that goes beyond is refused by its schema. */

/** A Postgres `integer`, from 0 on. */
const MAX_INTEGER = 2_147_483_647
export const integer = z.int().min(0).max(MAX_INTEGER)

/** As a query parameter, whose value is text. */
export const queryInteger = z.coerce.number().int().min(0).max(MAX_INTEGER)

const MAX_YEAR = 9_999

/**
 * A moment in ISO 8601 with `Z` or an offset, from year 1 to 9999. Comes out in UTC, to the millisecond: what is finer
 * is cut off.
 */
export const moment = z.iso
  .datetime({ offset: true })
  .refine(isInRange, { message: 'must lie in the years 1 to 9999' })
  .transform((value) => new Date(value).toISOString())

function isInRange(value: string): boolean {
  const year = new Date(value).getUTCFullYear()
  return year >= 1 && year <= MAX_YEAR
}

/** Postgres refuses U+0000 in any text, even in one that is only looked up, and no UTF-8 has half of a surrogate pair. */
export const storableText = z
  .string()
  .regex(/^[^\0\p{Surrogate}]*$/u, 'must hold text without U+0000 and without half of a surrogate pair')
