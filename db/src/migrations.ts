import { createHash } from 'node:crypto'
import { readdirSync, readFileSync } from 'node:fs'

export interface Migration {
  readonly name: string
  readonly up: string
  readonly checksum: string
}

/** The same folder seen from `src` and from `dist`. */
export const MIGRATIONS = new URL('../migrations/', import.meta.url)

/** All that this version knows, in the order in which they are applied. */
export const readMigrations = (): Migration[] =>
  readdirSync(MIGRATIONS)
    .filter((file) => file.endsWith('.up.sql'))
    .sort()
    .map((file) => {
      const up = readFileSync(new URL(file, MIGRATIONS), 'utf8')
      return {
        name: file.slice(0, -'.up.sql'.length),
        up,
        checksum: createHash('sha256').update(up).digest('hex'),
      }
    })
