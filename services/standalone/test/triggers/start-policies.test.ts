import type { DefinitionInput } from '@millrace/contracts'
import { waitFor } from '@millrace/testkit'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { ended, openWorld, type Version, type World } from '../durability/world.js'

let world: World
/** Worker processes take their time where many share a machine. */
vi.setConfig({ testTimeout: 150_000 })
const endOf = (runId: string) => ended(world, runId, 60_000)

beforeEach(async () => {
  world = await openWorld()
  world.scheduler()
})
afterEach(() => world.end())

const HOUR = 3_600_000
const publish = (settings: NonNullable<DefinitionInput['settings']>): Promise<Version> =>
  world.publish({
    nodes: [{ id: 'echo', type: 'transform.json', params: { expression: 'trigger' } }],
    settings,
  })
/** Has every held run's time come. */
const passAnHour = async () => {
  const before = world.sql`- interval '1 hour'`
  await world.sql`UPDATE rated_starts SET starts_at = starts_at ${before}`
  await world.sql`UPDATE debounced_starts SET due_at = due_at ${before}, window_at = window_at ${before}`
  await world.sql`UPDATE held_starts SET due_at = due_at ${before}`
}
const heldUntil = async (runId: string) => (await world.store.getRun(world.workspaceId, runId))?.heldUntil
const untilHeld = (runId: string) =>
  waitFor(() => heldUntil(runId), { what: `run ${runId} to be held`, timeoutMs: 60_000 })
const held = async () => (await world.sql`SELECT 1 FROM held_starts`).length

describe('a workflow that debounces its starts', () => {
  it('runs the last of several, and says so in the others', async () => {
    await world.worker()
    const version = await publish({ debounce: { waitMs: HOUR, key: '{{ trigger.order }}' } })
    const first = await world.start(version, { order: 'a', n: 1 })
    await untilHeld(first)
    const second = await world.start(version, { order: 'a', n: 2 })
    const last = await world.start(version, { order: 'a', n: 3 })
    const other = await world.start(version, { order: 'b', n: 4 })
    for (const runId of [first, second]) {
      expect(await endOf(runId)).toBe('cancelled')
      const { error, lastSeq } = await world.run(runId)
      expect(error).toMatchObject({ code: 'DEBOUNCED', details: { runId: expect.any(String) } })
      expect(lastSeq).toBe(1)
    }
    expect((await world.run(second)).error).toMatchObject({ details: { runId: last } })
    for (const runId of [last, other]) await untilHeld(runId)
    await passAnHour()
    expect(await endOf(last)).toBe('completed')
    expect((await world.run(last)).output).toEqual({ order: 'a', n: 3 })
    expect(await endOf(other)).toBe('completed')
  })

  it('loses none to the death of a worker, nor to a queue that has lost everything (I1)', async () => {
    const worker = await world.worker()
    const version = await publish({ debounce: { waitMs: HOUR } })
    const runId = await world.start(version, 'kept')
    await untilHeld(runId)
    worker.kill('SIGKILL')
    await worker.exited
    expect(await world.store.allUnleasedRuns(null, 10)).toEqual([])
    expect(await world.store.findStrandedRuns(10)).toEqual([])
    await passAnHour()
    await world.worker()
    expect(await endOf(runId)).toBe('completed')
  })

  it('lets retries and test runs begin at once', async () => {
    await world.worker()
    const version = await publish({ debounce: { waitMs: HOUR }, rateLimit: { runs: 100, perMs: HOUR } })
    const origin = await world.start(version)
    await untilHeld(origin)
    await passAnHour()
    expect(await endOf(origin)).toBe('completed')
    const { run } = (await world.post(`/runs/${origin}/rerun`, { from: 'echo' })).json<{
      run: { id: string }
    }>()
    expect(await endOf(run.id)).toBe('completed')
    const draft = await publish({ debounce: { waitMs: HOUR }, rateLimit: { runs: 1, perMs: HOUR } })
    await world.sql`UPDATE workflow_versions SET number = NULL WHERE id = ${draft.versionId}`
    for (const runId of [await world.start(draft), await world.start(draft)])
      expect(await endOf(runId)).toBe('completed')
  })

  it('lets a held run be cancelled', async () => {
    await world.worker()
    const runId = await world.start(await publish({ debounce: { waitMs: HOUR } }))
    await untilHeld(runId)
    expect(await world.cancel(runId)).toBe(202)
    expect(await endOf(runId)).toBe('cancelled')
    expect(await heldUntil(runId)).toBeUndefined()
  })
})

describe('a workflow whose rate is limited', () => {
  it('begins later what comes too soon, whichever worker asks, and loses none', async () => {
    await Promise.all([world.worker(), world.worker()])
    const version = await publish({ rateLimit: { runs: 2, perMs: HOUR } })
    const runIds = await Promise.all([1, 2, 3, 4, 5].map((n) => world.start(version, n)))
    const statuses = async () =>
      (await Promise.all(runIds.map((id) => world.run(id)))).map((run) => run.status)
    const completed = (count: number) =>
      waitFor(async () => (await statuses()).filter((status) => status === 'completed').length === count, {
        what: `${count} completed runs`,
        timeoutMs: 60_000,
      })
    for (const [done, waiting] of [
      [2, 3],
      [4, 1],
      [5, 0],
    ] as const) {
      await completed(done)
      await waitFor(async () => (await held()) === waiting, { what: 'the others held', timeoutMs: 60_000 })
      expect((await statuses()).filter((status) => status === 'pending')).toHaveLength(waiting)
      await passAnHour()
    }
  })

  it('refuses it, if it is told to: at the door where there is somebody to tell', async () => {
    await world.worker()
    const { workflowId: workflow, ...ids } = await publish({
      rateLimit: { runs: 1, perMs: HOUR, whenFull: 'reject' },
    })
    expect((await world.post('/runs', { workflow })).status).toBe(201)
    expect((await world.post('/runs', { workflow })).json()).toMatchObject({
      status: 429,
      code: 'RATE_LIMITED',
    })
    // Nobody has asked before this one was accepted: as for a tick or an event.
    const runId = await world.start({ workflowId: workflow, ...ids })
    expect(await endOf(runId)).toBe('failed')
    expect((await world.run(runId)).error).toMatchObject({ code: 'RATE_LIMITED' })
  })
})
