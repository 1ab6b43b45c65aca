import { setTimeout as delay } from 'node:timers/promises'
import type { Sql } from '@millrace/db'
import { ORDER } from './workflow.js'

/**
 * Callers that post webhooks, each under a delivery id of its own, and try again until they get a 2xx: then, and
 * only then, the run counts as accepted. They hold back while many runs are open, so that what is measured is not
 * the wait in the queue.
 */
export interface Load {
  /** Runs by delivery; a delivery with two runs is a fault of the product. */
  readonly accepted: ReadonlyMap<number, ReadonlySet<string>>
  /** How often each status was answered; 0 is no answer at all. */
  readonly answers: ReadonlyMap<number, number>
  /** Resolves once `enough` says so and no request is under way. */
  readonly done: Promise<void>
}

export interface LoadOptions {
  readonly url: () => string
  readonly sql: Sql
  readonly callers: number
  /** Open runs over which no more are started. */
  readonly maxOpen: number
  readonly enough: (accepted: number) => boolean
  /** The caller goes on when it resolves. */
  readonly onAccepted?: (runId: string) => Promise<void>
}

const ANSWER_WITHIN_MS = 20_000
const PAUSE_MS = 200
const LOOK_EVERY_MS = 100

export function startLoad(options: LoadOptions): Load {
  const accepted = new Map<number, Set<string>>()
  const answers = new Map<number, number>()
  const gate = watchOpenRuns(options)
  let next = 0
  const call = async (): Promise<void> => {
    while (!options.enough(accepted.size)) {
      if (gate.closed) {
        await delay(LOOK_EVERY_MS)
        continue
      }
      const n = next++
      const runId = await deliver(options, n, answers)
      accepted.set(n, (accepted.get(n) ?? new Set()).add(runId))
      await options.onAccepted?.(runId)
      // A sender that did not trust the answer: the same delivery makes no second run (I6).
      if (n % 10 === 0) accepted.get(n)?.add(await deliver(options, n, answers))
    }
  }
  const done = Promise.all(Array.from({ length: options.callers }, call)).then(() => gate.stop())
  return { accepted, answers, done }
}

const deliver = async (options: LoadOptions, n: number, answers: Map<number, number>): Promise<string> => {
  for (;;) {
    const { status, runId } = await post(`${options.url()}/hooks/default/${ORDER}`, n)
    answers.set(status, (answers.get(status) ?? 0) + 1)
    if (runId !== undefined) return runId
    await delay(PAUSE_MS)
  }
}

const post = async (url: string, n: number): Promise<{ status: number; runId?: string }> => {
  try {
    const answer = await fetch(url, {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'webhook-id': `delivery-${n}` },
      body: JSON.stringify({ n }),
      signal: AbortSignal.timeout(ANSWER_WITHIN_MS),
    })
    const body = (await answer.json()) as { runId?: unknown }
    return answer.ok && typeof body.runId === 'string'
      ? { status: answer.status, runId: body.runId }
      : { status: answer.status }
  } catch {
    return { status: 0 }
  }
}

const watchOpenRuns = ({ sql, maxOpen }: LoadOptions) => {
  const gate = { closed: false, stop: () => clearInterval(timer) }
  const look = async () => {
    const [row] = await sql<
      [{ open: number }]
    >`SELECT count(*)::int AS open FROM runs WHERE finished_at IS NULL`
    gate.closed = row.open >= maxOpen
  }
  const timer = setInterval(() => void look().catch(() => undefined), LOOK_EVERY_MS)
  return gate
}
