import { performance } from 'node:perf_hooks'
import type { Environment } from './environment.js'
import { type Percentiles, percentiles, type Served } from './latency.js'

export interface Ingested {
  /** From the first request until every run is durable. */
  readonly endToEndPerSecond: number
  readonly acknowledgedPerSecond: number
  readonly acknowledgement: Percentiles
}

/** Callers post webhooks as fast as they are answered, until every run they made has finished. */
export async function measureIngest(
  environment: Environment,
  { url }: Served,
  path: string,
  runs: number,
  callers: number,
): Promise<Ingested> {
  const { sql } = environment.connections.database
  const [before] = await sql<
    { count: number }[]
  >`SELECT count(*)::int AS count FROM runs WHERE finished_at IS NOT NULL`
  const figures: number[] = []
  let left = runs
  const call = async () => {
    while (left-- > 0) {
      const startedAt = performance.now()
      const answer = await fetch(`${url}/hooks/default/${path}`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: '{"n":1}',
      })
      await answer.arrayBuffer()
      if (answer.status !== 202) throw new Error(`the webhook answered ${answer.status}`)
      figures.push(performance.now() - startedAt)
    }
  }
  const startedAt = performance.now()
  await Promise.all(Array.from({ length: callers }, call))
  const acknowledgedAt = performance.now()
  for (;;) {
    const [row] = await sql<
      { count: number }[]
    >`SELECT count(*)::int AS count FROM runs WHERE finished_at IS NOT NULL`
    if ((row?.count ?? 0) - (before?.count ?? 0) >= runs) break
    await new Promise((resolve) => setTimeout(resolve, 20))
  }
  return {
    endToEndPerSecond: (runs * 1_000) / (performance.now() - startedAt),
    acknowledgedPerSecond: (runs * 1_000) / (acknowledgedAt - startedAt),
    acknowledgement: percentiles(figures),
  }
}
