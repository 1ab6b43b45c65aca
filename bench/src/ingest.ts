import { performance } from 'node:perf_hooks'
import { postFrom } from './callers.js'
import type { Environment } from './environment.js'
import type { Percentiles, Served } from './latency.js'

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
  const startedAt = performance.now()
  const { perSecond, acknowledgement } = await postFrom(callers, `${url}/hooks/default/${path}`, runs)
  for (;;) {
    const [row] = await sql<
      { count: number }[]
    >`SELECT count(*)::int AS count FROM runs WHERE finished_at IS NOT NULL`
    if ((row?.count ?? 0) - (before?.count ?? 0) >= runs) break
    await new Promise((resolve) => setTimeout(resolve, 20))
  }
  return {
    endToEndPerSecond: (runs * 1_000) / (performance.now() - startedAt),
    acknowledgedPerSecond: perSecond,
    acknowledgement,
  }
}
