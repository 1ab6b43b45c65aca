import { randomUUID } from 'node:crypto'
import type { NetworkProxy } from '@millrace/testkit'
import { waitFor } from '@millrace/testkit'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { JobQueue } from '../src/index.js'

/** One test's queue on a backend: a name that no other test uses. */
export interface QueueHarness {
  readonly proxy: NetworkProxy
  /** Another process's view of the same queue. */
  open(options: OpenOptions): Promise<JobQueue>
  /** A worker process that takes the next job and dies with it, and its successors, one after the other. */
  takeAndDie(deaths: number): Promise<void>
  close(): Promise<void>
}

export interface OpenOptions {
  /** Where to connect: through the proxy, or straight. */
  readonly proxied?: boolean
  readonly stalledMs?: number
  readonly watchdogMs?: number
  readonly onError?: (error: Error) => void
}

/** BullMQ options of a worker that forgets its jobs at once, and brings back those that others forgot. */
export const MORTAL = { lockDuration: 1, stalledInterval: 20, maxStalledCount: 100 }

const IGNORE = (): void => undefined
const seconds = async (work: Promise<unknown>): Promise<number> => {
  const start = performance.now()
  await work.catch(IGNORE)
  return (performance.now() - start) / 1_000
}

/** Timers and sockets that keep the process alive. */
const leftovers = (): number =>
  process.getActiveResourcesInfo().filter((kind) => kind !== 'TCPServerWrap').length

/** What every adapter of the job queue must do. */
export function describeJobQueue(backend: string, createHarness: () => Promise<QueueHarness>): void {
  let harness: QueueHarness
  let queues: JobQueue[]

  const open = async (options: OpenOptions = {}): Promise<JobQueue> => {
    const queue = await harness.open(options)
    queues.push(queue)
    return queue
  }
  const runIds = (count: number): string[] => Array.from({ length: count }, () => randomUUID())
  const requests = (ids: readonly string[]) => ids.map((runId) => ({ runId }))
  /** A consumer that notes what it was given. */
  const listen = async (queue: JobQueue, concurrency = 10) => {
    const seen: string[] = []
    const consumer = await queue.consume(async (runId) => void seen.push(runId), { concurrency })
    return { seen, consumer }
  }
  /** A consumer whose jobs end only when told. */
  const hold = async (queue: JobQueue, concurrency: number) => {
    const held: { runId: string; release: () => void }[] = []
    const consumer = await queue.consume(
      (runId) => new Promise<void>((release) => held.push({ runId, release })),
      { concurrency },
    )
    return { held, consumer, releaseAll: () => held.splice(0).map(({ release }) => release()) }
  }
  const enqueueWhenBack = (queue: JobQueue, runId: string): Promise<unknown> =>
    waitFor(() => queue.enqueue([{ runId }]).catch(() => undefined), { what: 'the backend to return' })

  beforeEach(async () => {
    harness = await createHarness()
    queues = []
  })
  afterEach(async () => {
    await Promise.all(queues.map((queue) => queue.close()))
    await harness.close()
  })

  describe(`${backend} job queue`, () => {
    it('answers an enqueue with one new job id a run, in order (D10)', async () => {
      const queue = await open()
      const [a, b] = runIds(2) as [string, string]
      const ids = await queue.enqueue(requests([a, b, a]))
      expect(ids.map((id) => id.split('.')[0])).toEqual([a, b, a])
      expect(new Set([...ids, ...(await queue.enqueue(requests([a])))]).size).toBe(4)
      expect(await queue.enqueue([])).toEqual([])
    })

    it('hands out jobs in the order of their arrival, each once', async () => {
      const queue = await open()
      const ids = runIds(300)
      await queue.enqueue(requests(ids.slice(0, 299)))
      const { seen } = await listen(queue, 1)
      await queue.enqueue(requests(ids.slice(299)))
      await waitFor(() => seen.length >= 300, { what: 'all jobs' })
      expect(seen).toEqual(ids)
    })

    it('hands out smaller priorities sooner, none soonest, and tells them (D19)', async () => {
      const queue = await open()
      const ids = runIds(4)
      const priorities = [2 ** 21 - 1, 7, 1, 0]
      await queue.enqueue(ids.map((runId, index) => ({ runId, priority: priorities[index] ?? 0 })))
      expect(await queue.depth()).toBe(4)
      const seen: [string, number][] = []
      await queue.consume(async (...job) => void seen.push(job), { concurrency: 1 })
      await waitFor(() => seen.length === 4, { what: 'all jobs' })
      expect(seen).toEqual(ids.map((runId, index) => [runId, priorities[index]]).toReversed())
    })

    it('holds a job while it waits, and not once it is in hand (D10)', async () => {
      const queue = await open()
      const jobIds = await queue.enqueue(requests(runIds(2)))
      expect(await queue.holding([...jobIds, `${randomUUID()}.gone`])).toEqual(new Set(jobIds))
      expect(await queue.holding([])).toEqual(new Set())
      const { held, releaseAll } = await hold(queue, 1)
      await waitFor(() => held.length === 1, { what: 'the first job' })
      expect(await queue.depth()).toBe(1)
      expect((await queue.holding(jobIds)).size).toBe(1)
      releaseAll()
      await waitFor(() => held.length === 1, { what: 'the second job' })
      expect(await queue.holding(jobIds)).toEqual(new Set())
      releaseAll()
      expect(await queue.depth()).toBe(0)
    })

    it('answers as many jobs at once as it was told, and no more', async () => {
      const queue = await open()
      await queue.enqueue(requests(runIds(8)))
      const { held, releaseAll } = await hold(queue, 3)
      await waitFor(() => held.length === 3, { what: 'three jobs' })
      expect(await queue.depth()).toBe(5)
      let answered = 0
      await waitFor(
        () => {
          expect(held.length).toBeLessThanOrEqual(3)
          answered += releaseAll().length
          return answered === 8
        },
        { what: 'all jobs' },
      )
    })

    it('shares jobs between consumers, each to one', async () => {
      const [one, two] = await Promise.all([open(), open()])
      const ids = runIds(200)
      const consumers = await Promise.all([listen(one, 4), listen(two, 4)])
      await one.enqueue(requests(ids))
      const seen = () => consumers.flatMap((consumer) => consumer.seen)
      await waitFor(() => seen().length >= 200, { what: 'all jobs' })
      expect(seen().toSorted()).toEqual(ids.toSorted())
    })

    it('ends a job whose handler throws, reports it and goes on (D11)', async () => {
      const errors: string[] = []
      const queue = await open({ onError: (error) => errors.push(error.message) })
      const seen: string[] = []
      const ids = runIds(2)
      await queue.enqueue(requests(ids))
      await queue.consume(
        async (runId) => {
          seen.push(runId)
          if (runId === ids[0]) throw new Error('boom')
        },
        { concurrency: 1 },
      )
      await waitFor(() => seen.length === 2 && errors.length === 1, { what: 'both jobs to end' })
      expect(seen).toEqual(ids)
      expect(errors).toEqual(['boom'])
    })

    it('takes nothing while paused, though jobs in hand are answered, and all after resume', async () => {
      const queue = await open()
      const { held, consumer, releaseAll } = await hold(queue, 5)
      await queue.enqueue(requests(runIds(1)))
      await waitFor(() => held.length === 1, { what: 'the first job' })
      await consumer.pause()
      const ids = runIds(3)
      const later = await queue.enqueue(requests(ids))
      releaseAll()
      // Another consumer gets them all, also the one for which the paused worker had been blocking.
      const other = await listen(await open(), 1)
      await waitFor(() => other.seen.length === 3, { what: 'the other consumer' })
      expect(other.seen.toSorted()).toEqual(ids.toSorted())
      await waitFor(async () => (await queue.holding(later)).size === 0, { what: 'them to end' })
      await other.consumer.close()
      expect(held).toEqual([])
      consumer.resume()
      await queue.enqueue(requests(runIds(1)))
      await waitFor(() => held.length === 1, { what: 'the job after resume' })
      releaseAll()
    })

    it('lets its handler pause and resume it without waiting for itself (D11)', async () => {
      const queue = await open()
      const seen: string[] = []
      const consumer = await queue.consume(
        async (runId) => {
          await consumer.pause()
          seen.push(runId)
          consumer.resume()
        },
        { concurrency: 2 },
      )
      await queue.enqueue(requests(runIds(20)))
      await waitFor(() => seen.length === 20, { what: 'all jobs' })
    })

    it('waits at close for the jobs in hand and leaves the rest (D12)', async () => {
      const queue = await open()
      await queue.enqueue(requests(runIds(3)))
      const { held, consumer, releaseAll } = await hold(queue, 1)
      await waitFor(() => held.length === 1, { what: 'a job in hand' })
      let closed = false
      const closing = consumer.close().then(() => {
        closed = true
      })
      await queue.ping()
      expect(closed).toBe(false)
      releaseAll()
      await closing
      expect(held).toEqual([])
      expect(await queue.depth()).toBe(2)
    })

    it('rings a job of a dead worker again, however often that happens', async () => {
      const queue = await open({ stalledMs: 100 })
      const [runId] = runIds(1) as [string]
      await queue.enqueue([{ runId }])
      await harness.takeAndDie(3)
      const { seen } = await listen(queue)
      await waitFor(() => seen.length > 0, { what: 'the job to be rung again' })
      expect(seen).toEqual([runId])
    })

    it('remembers the mark of its generation', async () => {
      const queue = await open()
      expect(await queue.generation()).toBe('absent')
      await queue.markGeneration()
      await queue.markGeneration()
      expect(await queue.generation()).toBe('present')
      expect(await (await open()).generation()).toBe('present')
    })

    it('drains 2,000 jobs at concurrency 200, each once', async () => {
      const queue = await open()
      const ids = runIds(2_000)
      await queue.enqueue(requests(ids))
      const { seen } = await listen(queue, 200)
      await waitFor(() => seen.length >= 2_000, { what: 'all jobs', timeoutMs: 25_000 })
      expect(new Set(seen)).toEqual(new Set(ids))
      expect(seen.length).toBe(2_000)
    })
  })

  describe(`${backend} job queue in an outage`, () => {
    it('refuses to enqueue while the backend is down, and works when it is back', async () => {
      const queue = await open({ proxied: true })
      const { seen } = await listen(queue)
      await harness.proxy.refuse()
      expect(await seconds(queue.enqueue(requests(runIds(1))))).toBeLessThan(2.5)
      await expect(queue.enqueue(requests(runIds(1)))).rejects.toThrow()
      await expect(queue.ping()).rejects.toThrow()
      await expect(queue.depth()).rejects.toThrow()
      await harness.proxy.heal()
      const [runId] = runIds(1) as [string]
      await enqueueWhenBack(queue, runId)
      await waitFor(() => seen.includes(runId), { what: 'the job after the outage' })
    })

    it('does not wait for ever for a backend that has gone silent', async () => {
      const queue = await open({ proxied: true, watchdogMs: 500 })
      const { seen } = await listen(queue)
      await queue.ping()
      harness.proxy.stall()
      const asked = [queue.enqueue(requests(runIds(1))), queue.ping(), queue.depth(), queue.holding(['a.b'])]
      expect(await seconds(Promise.allSettled(asked))).toBeLessThan(5)
      for (const answer of asked) await expect(answer).rejects.toThrow()
      await harness.proxy.heal()
      const [runId] = runIds(1) as [string]
      await enqueueWhenBack(queue, runId)
      await waitFor(() => seen.includes(runId), { what: 'the job after the silence', timeoutMs: 20_000 })
    })

    it('finds its way back when every connection is dead without a word', async () => {
      const queue = await open({ proxied: true, watchdogMs: 500 })
      const { seen } = await listen(queue)
      const [before, after] = runIds(2) as [string, string]
      await queue.enqueue([{ runId: before }])
      await waitFor(() => seen.includes(before), { what: 'the job before' })
      harness.proxy.abandon()
      await enqueueWhenBack(queue, after)
      await waitFor(() => seen.includes(after), { what: 'the job after', timeoutMs: 20_000 })
    })

    it.each(['refuse', 'stall'] as const)(
      'closes in bounded time when the backend begins to %s, and leaves nothing',
      async (how) => {
        const before = leftovers()
        const queue = await open({ proxied: true })
        const { held, releaseAll } = await hold(queue, 3)
        await queue.enqueue(requests(runIds(2)))
        await waitFor(() => held.length === 2, { what: 'jobs in hand' })
        await harness.proxy[how]()
        releaseAll()
        expect(await seconds(queue.close())).toBeLessThan(8)
        await waitFor(() => leftovers() <= before, { what: 'timers and sockets to end' })
      },
    )

    it('starts a consumer while the backend is away, and takes jobs when it returns', async () => {
      const queue = await open({ proxied: true, watchdogMs: 200 })
      await harness.proxy.refuse()
      const { seen } = await listen(queue)
      await harness.proxy.heal()
      const [runId] = runIds(1) as [string]
      await enqueueWhenBack(queue, runId)
      await waitFor(() => seen.includes(runId), { what: 'the job', timeoutMs: 20_000 })
    })
  })
}
