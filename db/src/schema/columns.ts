import { type Json, stringifyJson } from '@millrace/contracts'
import { sql } from 'drizzle-orm'
import { customType, timestamp, uuid } from 'drizzle-orm/pg-core'

/** The columns that many tables share. */

export const bytea = customType<{ data: Buffer }>({ dataType: () => 'bytea' })

/**
 * A JSON value; the pool has parsed it by then. Not the library's own column: that parses a text once more, so that
 * "7" becomes 7, and knows no big integers.
 */
const jsonColumn = (dataType: 'json' | 'jsonb') =>
  customType<{ data: Json }>({ dataType: () => dataType, toDriver: (value) => stringifyJson(value) })

/** As it was written, keys in their order. */
export const json = jsonColumn('json')

/** What the database looks into; keys in its own order. */
export const jsonb = jsonColumn('jsonb')

/** By the database's clock (D8). */
export const instant = (name: string) => timestamp(name, { withTimezone: true })

export const createdAt = (name: string) => instant(name).notNull().default(sql`clock_timestamp()`)

/** Every row belongs to a workspace (I9). */
export const workspaceId = (name: string) => uuid(name).notNull()
