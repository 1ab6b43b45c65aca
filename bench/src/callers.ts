import { performance } from 'node:perf_hooks'
import { Client } from 'undici'
import { type Percentiles, percentiles } from './latency.js'

export interface Posted {
  readonly perSecond: number
  /** From sending a request to the last byte of its answer. */
  readonly acknowledgement: Percentiles
}

/**
 * Callers that each post a small body over a connection of their own, again as soon as they are answered. They share
 * the machine with what is measured, so they cost as little as they can: a `fetch` takes more of it than the service.
 * @throws when an answer is not 202.
 */
export async function postFrom(callers: number, url: string, requests: number): Promise<Posted> {
  const { origin, pathname: path } = new URL(url)
  const headers = { 'content-type': 'application/json' }
  const figures: number[] = []
  let left = requests
  const call = async () => {
    const client = new Client(origin)
    while (left-- > 0) {
      const sentAt = performance.now()
      const { statusCode, body } = await client.request({ path, method: 'POST', headers, body: '{"n":1}' })
      await body.dump()
      if (statusCode !== 202) throw new Error(`${path} answered ${statusCode}`)
      figures.push(performance.now() - sentAt)
    }
    await client.close()
  }
  const startedAt = performance.now()
  await Promise.all(Array.from({ length: callers }, call))
  const perSecond = (requests * 1_000) / (performance.now() - startedAt)
  return { perSecond, acknowledgement: percentiles(figures) }
}
