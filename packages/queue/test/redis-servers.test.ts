import { spawn } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { once } from 'node:events'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { freePort, startRedis } from '@millrace/local-services'
import { createTempFolder, type TempFolder, waitFor } from '@millrace/testkit'
import { Redis } from 'ioredis'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { createRedisQueue } from '../src/index.js'

let folder: TempFolder
const ends: (() => Promise<unknown>)[] = []
beforeEach(() => {
  folder = createTempFolder()
})
afterEach(async () => {
  for (const end of ends.splice(0).reverse()) await end()
  folder.remove()
})

/** A server with a configuration of its own, until the test is over. */
const serverOf = async (settings: readonly string[], args: readonly string[] = []): Promise<string> => {
  const port = await freePort()
  const file = join(folder.path, `${port}.conf`)
  writeFileSync(file, [`port ${port}`, 'bind 127.0.0.1', `dir ${folder.path}`, ...settings, ''].join('\n'))
  const child = spawn('redis-server', [file, ...args], { stdio: 'ignore' })
  const exited = once(child, 'exit')
  ends.push(() => {
    child.kill('SIGKILL')
    return exited
  })
  const redis = new Redis(port, { lazyConnect: true, retryStrategy: () => 20, maxRetriesPerRequest: null })
  redis.on('error', () => undefined)
  await redis.ping()
  redis.disconnect()
  return `redis://127.0.0.1:${port}`
}

it.each([
  ['a Redis Cluster', ['cluster-enabled yes'], []],
  ['a Redis Sentinel', [], ['--sentinel']],
  ['a replica', ['replicaof 127.0.0.1 1'], []],
] as const)('refuses %s in one sentence', async (what, settings, args) => {
  const url = await serverOf(settings, args)
  await expect(createRedisQueue({ url })).rejects.toThrow(
    new RegExp(`^REDIS_URL leads to ${what}, which .*: give the URL of [^.;]*$`),
  )
})

const openQueue = async () => {
  const redis = await startRedis({ dir: folder.path })
  ends.push(() => redis.stop())
  const errors: Error[] = []
  const queue = await createRedisQueue({ url: redis.url, onError: (error) => errors.push(error) })
  ends.push(() => queue.close())
  const control = new Redis(redis.url)
  ends.push(async () => control.disconnect())
  return { queue, control, errors }
}

it('is not ready while a failover has made its server the replica of another', async () => {
  const { queue, control } = await openQueue()
  await queue.ping()
  await control.replicaof('127.0.0.1', 1)
  await expect(queue.ping()).rejects.toThrow(/a replica/)
  await control.replicaof('NO', 'ONE')
  await queue.ping()
})

it('waits between two tries of a server that refuses to hand out a job', async () => {
  const { queue, control, errors } = await openQueue()
  await queue.enqueue([{ runId: randomUUID() }])
  await control.config('SET', 'maxmemory', '1')
  const answered: string[] = []
  await queue.consume(async (runId) => void answered.push(runId), { concurrency: 10 })
  await waitFor(() => errors.length > 0, { what: 'the refusal' })
  const [before, began] = [errors.length, performance.now()]
  await waitFor(() => errors.length >= before + 5, { what: 'more of them' })
  expect((performance.now() - began) / (errors.length - before)).toBeGreaterThan(50)
  await control.config('SET', 'maxmemory', '0')
  await waitFor(() => answered.length === 1, { what: 'the job' })
})
