import { integer, MillraceError, storableText } from '@millrace/contracts'
import type { z } from 'zod'

/** Where a page ended. Opaque to callers, who only hand it back. */
const encodeCursor = (position: string | number): string =>
  Buffer.from(JSON.stringify(position)).toString('base64url')

/** Throws INVALID_REQUEST on a cursor that this API did not make. */
export const decodeCursor = <T extends z.ZodType>(cursor: string, position: T): z.output<T> => {
  const parsed = position.safeParse(parse(Buffer.from(cursor, 'base64url').toString()))
  if (!parsed.success) throw new MillraceError('INVALID_REQUEST', 'This cursor is not one of this list')
  return parsed.data
}

const parse = (text: string): unknown => {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

export const textPosition = storableText
export const numberPosition = integer

/** The first `limit` of the rows and where to go on; `rows` holds one more when there is a next page. */
export const toPage = <T>(rows: readonly T[], limit: number, positionOf: (row: T) => string | number) => {
  const items = rows.slice(0, limit)
  const last = items.at(-1)
  return {
    items,
    nextCursor: rows.length > limit && last !== undefined ? encodeCursor(positionOf(last)) : null,
  }
}
