import { writeFileSync } from 'node:fs'

/** One budget of the specification, next to what was measured. */
interface Measured {
  readonly budget: string
  readonly limit: number
  readonly measured: number
  readonly unit: string
}

/** Collects what was measured: a table for people, JSON for machines. */
export class Report {
  readonly #rows: Measured[] = []

  note(budget: string, limit: number, measured: number, unit: string): void {
    const row = { budget, limit, measured: Math.round(measured * 10) / 10, unit }
    this.#rows.push(row)
    process.stderr.write(`${row.measured} of ${limit} ${unit}: ${budget}\n`)
  }

  print(): void {
    const table = this.#rows.map((row) => ({ ...row, holds: row.measured <= row.limit ? 'yes' : 'NO' }))
    console.table(table)
  }

  writeJson(file: string): void {
    writeFileSync(file, `${JSON.stringify(this.#rows, null, 2)}\n`)
  }
}
