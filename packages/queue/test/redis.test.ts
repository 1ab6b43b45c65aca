import { randomUUID } from 'node:crypto'
import { startRedis } from '@millrace/local-services'
import { createTempFolder, startProxy, testRedisUrl, waitFor } from '@millrace/testkit'
import { Worker } from 'bullmq'
import { Redis } from 'ioredis'
import { describe, expect, it, onTestFinished } from 'vitest'
import { createRedisQueue } from '../src/index.js'
import { describeJobQueue, MORTAL, type QueueHarness } from './suite.js'

describeJobQueue('Redis', async (): Promise<QueueHarness> => {
  const url = testRedisUrl()
  const proxy = await startProxy(url)
  const prefix = `test-${randomUUID()}`
  return {
    proxy,
    open: ({ proxied, ...options }) =>
      createRedisQueue({ ...options, url: proxied ? proxy.url : url, prefix, name: 'jobs' }),
    takeAndDie: async (deaths) => {
      const connection = new Redis(url, { maxRetriesPerRequest: null })
      const worker = new Worker('jobs', null, { connection, prefix, ...MORTAL })
      await worker.startStalledCheckTimer()
      for (let death = 0; death < deaths; death++) {
        await waitFor(() => worker.getNextJob('dead', { block: false }), { what: 'a job to die with' })
      }
      await worker.close(true)
      connection.disconnect()
    },
    close: () => proxy.close(),
  }
})

describe('a Redis that loses its data or restarts', () => {
  const start = async () => {
    const folder = createTempFolder()
    let server = await startRedis({ dir: folder.path })
    const errors: string[] = []
    const onError = (error: Error): void => void errors.push(error.message)
    const queue = await createRedisQueue({ url: server.url, watchdogMs: 500, onError })
    onTestFinished(async () => {
      await queue.close()
      await server.stop()
      folder.remove()
    })
    const seen: string[] = []
    let release = (): void => undefined
    const held = new Promise<void>((resolve) => {
      release = resolve
    })
    await queue.consume(
      async (runId) => {
        seen.push(runId)
        if (runId === 'held') await held
      },
      { concurrency: 200 },
    )
    const ring = async (runId: string): Promise<void> => {
      await waitFor(() => queue.enqueue([{ runId }]).catch(() => undefined), { what: 'Redis to return' })
      await waitFor(() => seen.includes(runId), { what: `the job of ${runId}`, timeoutMs: 20_000 })
    }
    const restart = async (): Promise<void> => {
      await server.stop()
      await expect(queue.enqueue([{ runId: 'nobody' }])).rejects.toThrow()
      server = await startRedis({ dir: folder.path, port: server.port })
    }
    const command = async (...[name, ...args]: [string, ...string[]]): Promise<unknown> => {
      const redis = new Redis(server.url)
      try {
        return await redis.call(name, ...args)
      } finally {
        redis.disconnect()
      }
    }
    return { queue, ring, restart, command, release, errors }
  }

  it('is consumed again after each of three restarts', async () => {
    const { ring, restart } = await start()
    await ring('before')
    for (const round of ['one', 'two', 'three']) {
      await restart()
      await ring(round)
    }
  })

  it('is consumed again after FLUSHALL, and tells that it has lost its generation', async () => {
    const { queue, ring, command, release, errors } = await start()
    await ring('held')
    await queue.markGeneration()
    await command('FLUSHALL')
    release()
    expect(await queue.generation()).toBe('absent')
    await ring('after')
    await command('SCRIPT', 'FLUSH')
    await ring('after the scripts were lost too')
    // That the job in hand is gone is nothing to tell.
    expect(errors).toEqual([])
  })

  it('is consumed again after every client was killed', async () => {
    const { ring, command } = await start()
    await ring('before')
    await command('CLIENT', 'KILL', 'TYPE', 'normal', 'SKIPME', 'yes')
    await ring('after')
  })
})
