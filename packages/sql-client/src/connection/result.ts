import { type Json, MillraceError } from '@millrace/contracts'
import type { FieldDef } from 'pg'
import type { TypeCatalogue } from '../types/catalogue.js'
import { decodeValue } from '../types/decode.js'
import type { Answer } from './exchange.js'

export interface SqlResult {
  readonly rows: Json[]
  readonly rowCount: number
}

/** Before a statement runs: a row is an object, and of two columns of one name one would be lost. Throws QUERY_FAILED. */
export function distinctColumns(fields: readonly FieldDef[]): void {
  const names = new Set<string>()
  for (const { name } of fields) {
    if (names.has(name))
      throw new MillraceError(
        'QUERY_FAILED',
        `two columns are called ${name}: give one another name with AS`,
        {
          details: { retryable: false },
        },
      )
    names.add(name)
  }
}

export function readAnswer(answer: Answer, fields: readonly FieldDef[], types: TypeCatalogue): SqlResult {
  const rows = answer.rows.map(
    (values): Json =>
      // Defines each name as it is, `__proto__` too.
      Object.fromEntries(
        fields.map(({ name, dataTypeID }, index) => [
          name,
          decodeValue(values[index] ?? null, dataTypeID, types),
        ]),
      ),
  )
  return { rows, rowCount: countOf(answer.tag) }
}

/** `INSERT 0 3` → 3; 0 for what counts nothing, as CREATE TABLE. */
const countOf = (tag: string): number => Number(/ (\d+)$/.exec(tag)?.[1] ?? 0)
