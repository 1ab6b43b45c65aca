import { expect, it } from 'vitest'
import type { DoorbellWorker, ProcessJob } from '../src/bullmq/backend.js'
import { Consumer } from '../src/bullmq/consumer.js'

/** A BullMQ worker as outages leave it behind: connected, no error, and deaf, unless a test rings it. */
class DeafWorker implements DoorbellWorker {
  closed = false
  aborted = false
  #paused = false
  constructor(
    readonly process: ProcessJob,
    public concurrency: number,
    readonly ready: Promise<void>,
  ) {}
  waitUntilReady = () => this.ready
  run = () => new Promise<void>(() => undefined)
  isRunning = () => false
  pause = async () => {
    this.#paused = true
  }
  resume = async () => {
    this.#paused = false
  }
  isPaused = () => this.#paused
  close = async () => {
    this.closed = true
  }
  ring = (runId: string) =>
    this.process({ id: runId, data: { runId }, priority: 0, moveToWait: async () => 0 })
}

const setUp = async (options: { ready?: () => Promise<void> } = {}) => {
  const workers: DeafWorker[] = []
  const errors: string[] = []
  const state = { depth: 0 }
  let release = (): void => undefined
  const consumer = new Consumer({
    openWorker: (process, concurrency) => {
      const worker = new DeafWorker(process, concurrency, options.ready?.() ?? Promise.resolve())
      workers.push(worker)
      const abort = (): void => {
        worker.aborted = true
      }
      return { worker, abort }
    },
    depth: async () => state.depth,
    handler: (runId) =>
      runId === 'slow' ? new Promise((resolve) => (release = resolve)) : Promise.resolve(),
    concurrency: 2,
    watchdogMs: 3_600_000, // tests call checkOnce
    onError: (error) => void errors.push(error.message),
    onClosed: () => undefined,
  })
  await consumer.start()
  return { consumer, workers, errors, state, release: () => release() }
}

it('replaces a worker that takes nothing in two checks while jobs wait', async () => {
  const { consumer, workers, errors, state } = await setUp()
  state.depth = 3
  await consumer.checkOnce()
  expect(workers.length).toBe(1)
  await consumer.checkOnce()
  expect(workers.length).toBe(2)
  expect(errors).toEqual(["the queue's worker had gone deaf and was replaced"])
  expect(workers[0]?.closed).toBe(true)
  await consumer.close()
  expect(workers.map((worker) => worker.aborted)).toEqual([true, true])
})

it('leaves a worker alone that took a job between two checks, or has none to take', async () => {
  const { consumer, workers, state } = await setUp()
  state.depth = 3
  for (let check = 0; check < 4; check++) {
    await consumer.checkOnce()
    await workers[0]?.ring('quick')
  }
  state.depth = 0
  for (let check = 0; check < 4; check++) await consumer.checkOnce()
  expect(workers.length).toBe(1)
  await consumer.close()
})

it('leaves a worker alone that is full or paused', async () => {
  const { consumer, workers, state, release } = await setUp()
  state.depth = 3
  const first = workers[0]?.ring('slow')
  const releaseFirst = release
  await consumer.pause()
  for (let check = 0; check < 3; check++) await consumer.checkOnce()
  expect(workers.length).toBe(1)
  consumer.resume()
  releaseFirst()
  await first
  await consumer.close()
})

it('counts the jobs that the old worker still has in hand', async () => {
  const { consumer, workers, state, release } = await setUp()
  const slow = workers[0]?.ring('slow')
  state.depth = 1
  for (let check = 0; check < 3; check++) await consumer.checkOnce()
  expect(workers.map((worker) => worker.concurrency)).toEqual([2, 1])
  release()
  await slow
  await expect.poll(() => workers[1]?.concurrency).toBe(2)
  await consumer.close()
})

it('replaces a worker that could not start', async () => {
  let tries = 0
  const ready = () => (tries++ === 0 ? Promise.reject(new Error('no database')) : Promise.resolve())
  const { consumer, workers, errors } = await setUp({ ready })
  await consumer.checkOnce()
  await consumer.checkOnce()
  expect(workers.length).toBe(2)
  expect(errors[0]).toBe('no database')
  await consumer.close()
})

it('puts a job back that arrives while it is paused', async () => {
  const { consumer, workers } = await setUp()
  await consumer.pause()
  await expect(workers[0]?.ring('quick')).rejects.toThrow('bullmq:movedToWait')
  await consumer.close()
})
