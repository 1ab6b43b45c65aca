import { performance } from 'node:perf_hooks'
import postgres from 'postgres'

/**
 * The floor of a workload: what bare parts need for the same durable result. One no-op job a run through the same
 * queue, plus the rows that one run leaves (same columns, same sizes), written in 100-row statements over one
 * connection.
 */

const ROWS_PER_STATEMENT = 100
/** Every table that a finished run leaves rows in. */
const TABLES = ['runs', 'step_runs', 'run_events'] as const

/** Milliseconds to write the rows of one run, measured over copies of the rows of `runId`. */
export async function measureRowCost(databaseUrl: string, runId: string, runs: number): Promise<number> {
  const sql = postgres(databaseUrl, { max: 1, onnotice: () => {} })
  let total = 0
  for (const table of TABLES) {
    const key = table === 'runs' ? 'id' : 'run_id'
    const floor = `floor_${table}`
    await sql.unsafe(
      `DROP TABLE IF EXISTS ${floor}; CREATE TABLE ${floor} (LIKE ${table} INCLUDING DEFAULTS INCLUDING INDEXES)`,
    )
    const sample = await sql.unsafe(`SELECT to_jsonb(t) AS row FROM ${table} t WHERE ${key} = $1`, [runId])
    const rows = sample.map(({ row }) => row as Record<string, unknown>)
    total += await timeInserts(sql, floor, key, rows, runs)
    await sql.unsafe(`DROP TABLE ${floor}`)
  }
  await sql.end()
  return total / runs
}

async function timeInserts(
  sql: postgres.Sql,
  table: string,
  key: string,
  sample: readonly Record<string, unknown>[],
  runs: number,
): Promise<number> {
  const statements: string[] = []
  let batch: object[] = []
  for (let i = 0; i < runs; i++) {
    const id = crypto.randomUUID()
    for (const row of sample) {
      batch.push({ ...row, [key]: id })
      if (batch.length === ROWS_PER_STATEMENT) statements.push(JSON.stringify(batch.splice(0)))
    }
  }
  if (batch.length > 0) statements.push(JSON.stringify(batch))
  batch = []
  const startedAt = performance.now()
  for (const text of statements) {
    await sql.unsafe(
      `INSERT INTO ${table} SELECT * FROM jsonb_populate_recordset(NULL::${table}, $1::text::jsonb)`,
      [text],
    )
  }
  return performance.now() - startedAt
}
