import { sql } from 'drizzle-orm'
import { customType, timestamp, uuid } from 'drizzle-orm/pg-core'

/** The columns that many tables share. */

export const bytea = customType<{ data: Buffer }>({ dataType: () => 'bytea' })

/** By the database's clock (D8). */
export const instant = (name: string) => timestamp(name, { withTimezone: true })

export const createdAt = (name: string) => instant(name).notNull().default(sql`clock_timestamp()`)

/** Every row belongs to a workspace (I9). */
export const workspaceId = (name: string) => uuid(name).notNull()
