import type { RunEvent } from '@millrace/contracts'
import { createTempFolder, type TempFolder } from '@millrace/testkit'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { dense, ended, openWorld, seqsOf, type World } from './world.js'

let world: World
/** Workers killed by what they ran; each is started again, as a supervisor does. */
let deaths: number
let starting: Promise<unknown>
let over: boolean
let folder: TempFolder
beforeEach(async () => {
  folder = createTempFolder()
  world = await openWorld()
  world.scheduler()
  over = false
  deaths = 0
})
afterEach(async () => {
  over = true
  await starting
  await world.end()
  folder.remove()
})

/**
 * Loaded before a worker: a call of a path that begins with /die kills its process as no handler can, at the moment
 * it leaves. With /die/2 only the first two do.
 */
const MORTAL = `
  import { subscribe } from 'node:diagnostics_channel'
  import { mkdirSync } from 'node:fs'
  subscribe('undici:request:create', ({ request }) => {
    const [, die, times = '1000000', id] = request.path.split('/')
    if (die !== 'die') return
    for (let n = 0; n < Number(times); n++) {
      try { mkdirSync(process.env.DEATHS + '-' + id + '-' + n) } catch { continue }
      process.kill(process.pid, 'SIGKILL')
    }
  })`
const mortal = () => ({
  LEASE_MS: '1000',
  DEATHS: `${folder.path}/deaths`,
  NODE_OPTIONS: `--import=data:text/javascript;base64,${Buffer.from(MORTAL).toString('base64')}`,
})

const supervisedWorker = async (): Promise<void> => {
  const worker = world.worker(mortal())
  starting = worker.catch(() => undefined)
  const again = () => {
    if (over) return
    deaths++
    void supervisedWorker()
  }
  try {
    const { exited } = await worker
    void exited.then(({ signal }) => signal === 'SIGKILL' && again())
  } catch (error) {
    // It may take the run, and die of it, before it has said that it is ready.
    if (!/ended before it was ready/.test(String(error))) throw error
    again()
  }
}

const call = (id: string, path = id) => ({
  id,
  type: 'http.request',
  params: { method: 'POST', url: `${world.upstream.url}/${path}` },
})
const crashes = async (runId: string): Promise<number> => {
  const [row] = await world.sql<[{ crash_count: number }]>`SELECT crash_count FROM runs WHERE id = ${runId}`
  return row.crash_count
}

/** The most steps that were under way at once after the run was first taken over. */
const mostAtOnceAfterCrash = (events: readonly RunEvent[]): number => {
  const open = new Set<string>()
  let most = 0
  let crashed = false
  for (const event of events) {
    if (event.type === 'step_retrying') crashed = true
    if (event.type === 'step_started') open.add(event.path)
    else if ('path' in event && event.type !== 'step_log') open.delete(event.path)
    if (crashed && event.type === 'step_started') most = Math.max(most, open.size)
  }
  return most
}

/**
 *   start ──▶ before ──▶ die        and beside it runs that do no harm, with two branches
 */
it('fails a run that kills every process it runs in, after its death alone, and no other (D13)', async () => {
  const harmless = await world.publish({
    nodes: [call('left'), call('right'), call('join')],
    edges: [
      { from: 'start', to: 'left' },
      { from: 'start', to: 'right' },
      { from: 'left', to: 'join' },
      { from: 'right', to: 'join' },
    ],
  })
  const deadly = await world.publish({ nodes: [call('before'), call('boom', 'die/9/a')] })
  // Two branches of each innocent are outside when the first worker dies.
  world.upstream.hold('/left')
  world.upstream.hold('/right')
  await supervisedWorker()
  const innocents = await Promise.all(Array.from({ length: 5 }, () => world.start(harmless)))
  await world.upstream.nth('/right', 5)
  await world.upstream.nth('/left', 5)
  const poison = await world.start(deadly)
  await expect.poll(() => deaths, { timeout: 60_000 }).toBeGreaterThan(0)
  world.upstream.on('/left', (each) => each.answer())
  world.upstream.on('/right', (each) => each.answer())

  expect(await ended(world, poison, 120_000)).toBe('failed')
  for (const runId of innocents) {
    expect(await ended(world, runId, 60_000)).toBe('completed')
    const events = await world.events(runId)
    expect(seqsOf(events)).toEqual(dense(events))
    expect(mostAtOnceAfterCrash(events)).toBeLessThanOrEqual(1)
  }
  const run = await world.run(poison)
  expect(run.error).toMatchObject({ code: 'POISON', details: { step: 'boom' } })
  // It killed two workers that had others to do, and then only its own process.
  expect(deaths).toBe(2)
  expect(world.upstream.to('/before')).toHaveLength(1)

  // Tried once more, it has a process to itself from the start.
  const answer = await world.post(`/runs/${poison}/retry`, { confirm: true })
  expect(answer.status).toBe(201)
  const again = answer.json<{ run: { id: string } }>().run.id
  expect(await ended(world, again, 120_000)).toBe('failed')
  expect((await world.run(again)).error).toMatchObject({ code: 'POISON' })
  expect(deaths).toBe(2)
}, 240_000)

/** start ──▶ boom, and beside it branches that make progress after every death */
it('finds the step that kills among many that do not, and does not ask each of them for a worker (D13)', async () => {
  const branches = Array.from({ length: 6 }, (_, index) => `branch${index}`)
  const nodes = [call('boom', 'die/9/d'), ...branches.map((id) => call(id))]
  const edges = nodes.map(({ id }) => ({ from: 'start', to: id }))
  const version = await world.publish({ nodes: [...nodes.slice(1), nodes[0]!], edges })
  await supervisedWorker()
  const runId = await world.start(version)
  expect(await ended(world, runId, 120_000)).toBe('failed')
  expect((await world.run(runId)).error).toMatchObject({ code: 'POISON', details: { step: 'boom' } })
  expect(deaths).toBeLessThanOrEqual(4)
}, 180_000)

it('lets a run that survives alone go on, and forgets what was held against it (D13)', async () => {
  const version = await world.publish({ nodes: [call('boom', 'die/2/b'), call('after')] })
  await supervisedWorker()
  const runId = await world.start(version)
  expect(await ended(world, runId, 120_000)).toBe('completed')
  expect(deaths).toBe(2)
  expect(world.upstream.to('/die/2/b')).toHaveLength(1)
  expect(world.upstream.to('/after')).toHaveLength(1)
  expect(await crashes(runId)).toBe(0)
}, 180_000)

it('hands a run back that plays alone while its worker drains: no death of its own (D12, D13)', async () => {
  const version = await world.publish({ nodes: [call('boom', 'die/2/c'), call('after')] })
  world.upstream.hold('/die/2/c')
  await supervisedWorker()
  const runId = await world.start(version)
  await world.upstream.nth('/die/2/c', 1, 120_000)
  over = true
  for (const worker of world.workers) worker.kill('SIGTERM')
  await Promise.all(world.workers.map((worker) => worker.exited))
  world.upstream.on('/die/2/c', (each) => each.answer())
  await world.worker({ LEASE_MS: '600000' })
  expect(await ended(world, runId, 60_000)).toBe('completed')
  expect(await crashes(runId)).toBe(0)
}, 180_000)
