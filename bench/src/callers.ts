import { once } from 'node:events'
import { Agent, type IncomingMessage, request } from 'node:http'
import { performance } from 'node:perf_hooks'
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
  const figures: number[] = []
  let left = requests
  const call = async () => {
    const agent = new Agent({ keepAlive: true, maxSockets: 1 })
    while (left-- > 0) {
      const sentAt = performance.now()
      const status = await post(url, agent)
      if (status !== 202) throw new Error(`${url} answered ${status}`)
      figures.push(performance.now() - sentAt)
    }
    agent.destroy()
  }
  const startedAt = performance.now()
  await Promise.all(Array.from({ length: callers }, call))
  const perSecond = (requests * 1_000) / (performance.now() - startedAt)
  return { perSecond, acknowledgement: percentiles(figures) }
}

const BODY = '{"n":1}'
const HEADERS = { 'content-type': 'application/json', 'content-length': BODY.length }

async function post(url: string, agent: Agent): Promise<number | undefined> {
  const sent = request(url, { method: 'POST', agent, headers: HEADERS }).end(BODY)
  const [answer] = (await once(sent, 'response')) as [IncomingMessage]
  answer.resume()
  await once(answer, 'end')
  return answer.statusCode
}
