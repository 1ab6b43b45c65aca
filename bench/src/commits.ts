import { performance } from 'node:perf_hooks'
import postgres from 'postgres'

/** Commits of one row over one connection, one after the other. Milliseconds each. */
export async function measureCommits(databaseUrl: string, commits: number): Promise<number[]> {
  const sql = postgres(databaseUrl, { max: 1, onnotice: () => {} })
  await sql`CREATE TABLE floor_commits (at timestamptz NOT NULL DEFAULT clock_timestamp())`
  const figures: number[] = []
  for (let i = 0; i < commits; i++) {
    const startedAt = performance.now()
    await sql`INSERT INTO floor_commits DEFAULT VALUES`
    figures.push(performance.now() - startedAt)
  }
  await sql`DROP TABLE floor_commits`
  await sql.end()
  return figures
}
