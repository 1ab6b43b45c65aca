import { type Json, MillraceError } from '@millrace/contracts'
import type { FieldDef } from 'pg'
import type { TypeCatalogue } from '../types/catalogue.js'
import { decodeValue } from '../types/decode.js'
import type { Answer } from './exchange.js'

export interface SqlResult {
  readonly rows: Json[]
  readonly rowCount: number
}

/**
 * Before a statement runs: a row is an object, and of two columns of one name one would be lost. Throws QUERY_FAILED.
 */
export function distinctColumns(fields: readonly FieldDef[]): void {
  const names = new Set<string>()
  for (const { name } of fields) {
    if (names.has(name)) throw misnamed(`two columns are called ${name}`)
    if (name === '__proto__') throw misnamed('a column is called __proto__')
    names.add(name)
  }
}

const misnamed = (problem: string): MillraceError =>
  new MillraceError('QUERY_FAILED', `${problem}: give one another name with AS`, {
    details: { retryable: false },
  })

export function readAnswer(answer: Answer, fields: readonly FieldDef[], types: TypeCatalogue): SqlResult {
  const rows = answer.rows.map(
    (values): Json =>
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
