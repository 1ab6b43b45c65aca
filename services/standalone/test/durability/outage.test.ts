import { randomUUID } from 'node:crypto'
import { createConnection } from 'node:net'
import { migrate } from '@millrace/db'
import { type RunningPostgres, type RunningRedis, startPostgres, startRedis } from '@millrace/local-services'
import { createTempFolder, type TempFolder, waitFor } from '@millrace/testkit'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { dense, ended, openWorld, seqsOf, storyOf, type World } from './world.js'

/** Servers of our own, since the tests of other files must not feel what happens here. */
let folder: TempFolder
let world: World
beforeEach(() => {
  folder = createTempFolder()
})
afterEach(() => folder.remove())

const call = (id: string, more: object = {}) => ({
  id,
  type: 'http.request',
  params: { method: 'POST', url: `${world.upstream.url}/${id}` },
  ...more,
})
const startMany = async (count: number, nodes: Parameters<World['publish']>[0]['nodes']) => {
  const version = await world.publish({ nodes })
  return Promise.all(Array.from({ length: count }, () => world.start(version)))
}
const expectAllOnce = async (runIds: readonly string[], paths: readonly string[]) => {
  for (const runId of runIds) {
    expect(await ended(world, runId, 60_000)).toBe('completed')
    const events = await world.events(runId)
    expect(seqsOf(events)).toEqual(dense(events))
    for (const path of paths)
      expect(storyOf(events, path).filter((type) => type === 'step_succeeded')).toHaveLength(1)
  }
}

describe('Redis', () => {
  let redis: RunningRedis
  const redisDir = () => `${folder.path}/redis`
  beforeEach(async () => {
    redis = await startRedis({ dir: redisDir() })
    world = await openWorld({ redisUrl: redis.url })
    world.scheduler()
  })
  afterEach(async () => {
    await world.end()
    await redis.stop()
  })

  /** Runs in every state: outside, waiting for a place in the worker, waiting in the queue, parked, in a short delay. */
  const runsInEveryState = async () => {
    await world.worker({ WORKER_CONCURRENCY: '2', WORKER_MAX_HELD: '4' })
    world.upstream.hold('/slow')
    const parked = await startMany(3, [{ id: 'nap', type: 'flow.delay', params: { duration: '4s' } }])
    for (const runId of parked)
      await waitFor(async () => (await world.run(runId)).status === 'waiting', { what: 'the park' })
    const busy = await startMany(12, [call('slow'), call('after')])
    await world.upstream.nth('/slow', 4)
    return { busy, parked }
  }
  const answerAll = () => world.upstream.on('/slow', (each) => each.answer())

  it('may be emptied while runs are under way: all of them end (I1)', async () => {
    const { busy, parked } = await runsInEveryState()
    await tell(redis.port, 'FLUSHALL')
    answerAll()
    for (const each of world.upstream.to('/slow')) each.answer()
    await expectAllOnce(busy, ['slow', 'after'])
    await expectAllOnce(parked, ['nap'])
    expect(world.upstream.to('/slow')).toHaveLength(busy.length)
    expect(world.upstream.to('/after')).toHaveLength(busy.length)
  }, 120_000)

  it('may be killed and come back empty: all runs end (I1)', async () => {
    const { busy, parked } = await runsInEveryState()
    process.kill(redis.pid, 'SIGKILL')
    for (const each of world.upstream.to('/slow')) each.answer()
    answerAll()
    folder.remove()
    redis = await startRedis({ dir: redisDir(), port: redis.port })
    await expectAllOnce(busy, ['slow', 'after'])
    await expectAllOnce(parked, ['nap'])
    expect(world.upstream.to('/slow')).toHaveLength(busy.length)
  }, 120_000)

  it('may be full: runs are accepted, kept, and rung for once there is room (I1)', async () => {
    const version = await world.publish({ nodes: [call('work')] })
    // No worker has said yet that it has a place: every run needs a doorbell, and none gets one.
    await tell(redis.port, 'CONFIG SET maxmemory 1')
    await expect(world.queue.enqueue([{ runId: randomUUID() }])).rejects.toThrow(/OOM/)
    const answers = await Promise.all(
      Array.from({ length: 20 }, () =>
        world.post('/runs', { workflow: version.workflowId, trigger: 'start' }),
      ),
    )
    expect(answers.map(({ status }) => status)).toEqual(answers.map(() => 201))
    const runIds = answers.map((answer) => answer.json<{ run: { id: string } }>().run.id)
    for (const runId of runIds) expect(await world.run(runId)).toMatchObject({ status: 'pending', epoch: 0 })
    expect(await world.queue.depth()).toBe(0)
    await tell(redis.port, 'CONFIG SET maxmemory 0')
    await world.worker()
    await expectAllOnce(runIds, ['work'])
    expect(world.upstream.to('/work')).toHaveLength(runIds.length)
  }, 120_000)
})

describe('Postgres', () => {
  let postgres: RunningPostgres
  const dataDir = () => `${folder.path}/postgres`
  beforeEach(async () => {
    postgres = await startPostgres({ dataDir: dataDir() })
    await migrate(postgres.url)
  })
  afterEach(async () => {
    await world.end()
    await postgres.stop()
  })

  it.each(['redis', 'postgres'])(
    'may restart while runs are under way, the queue being on %s (I1, D6, D10)',
    async (backend) => {
      world = await openWorld({
        databaseUrl: postgres.url,
        ...(backend === 'redis' ? {} : { redisUrl: null }),
      })
      world.scheduler()
      await world.worker({ LEASE_MS: '3000' })
      world.upstream.hold('/slow')
      world.upstream.on('/load', (each) => each.answer({ text: 'x'.repeat(400_000) }))
      const length = {
        id: 'length',
        type: 'transform.json',
        params: { expression: '$length(steps.load.output.body.text)' },
      }
      const runIds = await startMany(10, [
        call('load'),
        call('slow', { onCrash: 'fail' }),
        length,
        call('after'),
      ])
      const slow = await Promise.all(runIds.map((_, index) => world.upstream.nth('/slow', index + 1)))
      await postgres.stop()
      // They come home to a database that is away.
      for (const each of slow) each.answer()
      postgres = await startPostgres({ dataDir: dataDir(), port: postgres.port })
      await expectAllOnce(runIds, ['load', 'slow', 'length', 'after'])
      expect(world.upstream.to('/slow')).toHaveLength(10)
      expect(world.upstream.to('/after')).toHaveLength(10)
      for (const runId of runIds) expect(await world.run(runId)).toMatchObject({ epoch: 1 })
    },
    120_000,
  )
})

/** By hand: this test needs no client for a few words. */
const tell = (port: number, command: string): Promise<void> =>
  new Promise((resolve, reject) => {
    const socket = createConnection(port, '127.0.0.1', () => socket.write(`${command}\r\n`))
    socket.setEncoding('utf8').once('data', (answer: string) => {
      socket.destroy()
      if (answer === '+OK\r\n') resolve()
      else reject(new Error(answer))
    })
    socket.once('error', reject)
  })
