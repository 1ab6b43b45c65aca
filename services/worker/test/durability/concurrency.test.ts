import type { DefinitionInput } from '@millrace/contracts'
import { uuidv7 } from '@millrace/db'
import { waitFor } from '@millrace/testkit'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { ended, openWorld, type Version, type World } from './world.js'

let world: World
beforeEach(async () => {
  world = await openWorld()
})
afterEach(() => world.end())

type Limit = NonNullable<DefinitionInput['settings']>['concurrency']

/** start ──▶ call          `call` waits for the upstream's answer */
const limited = (concurrency: Limit, path = '/call'): Promise<Version> =>
  world.publish({
    nodes: [{ id: 'call', type: 'http.request', params: { url: `${world.upstream.url}${path}` } }],
    edges: [{ from: 'start', to: 'call' }],
    settings: { concurrency },
  })
const slots = async () => {
  const rows = await world.sql<{ run_id: string; state: string }[]>`
    SELECT run_id, state FROM concurrency_slots ORDER BY position`
  return rows.map((row) => [row.run_id, row.state])
}
const untilBlocked = (count: number) =>
  waitFor(async () => (await slots()).filter(([, state]) => state === 'blocked').length === count, {
    what: `${count} blocked runs`,
  })
const errorOf = async (runId: string) => {
  const [row] = await world.sql<
    [{ error: { code: string } | null }]
  >`SELECT error FROM runs WHERE id = ${runId}`
  return row.error?.code
}

describe('a limited workflow (D18)', () => {
  it('runs one at a time, in the order they came, and says why the others wait', async () => {
    world.upstream.hold('/call')
    const version = await limited({ limit: 1 })
    await world.worker()
    const first = await world.start(version)
    await world.upstream.nth('/call', 1)
    const second = await world.start(version)
    await untilBlocked(1)
    const third = await world.start(version)
    await untilBlocked(2)
    expect(await world.run(second)).toMatchObject({ status: 'pending', workerId: null })
    const shown = await world.store.getRun(world.workspaceId, third)
    expect(shown?.blocked).toEqual({ key: '', limit: 1, ahead: 1 })
    // The sweeper leaves them alone, even after the queue has lost everything.
    expect(await world.store.findStrandedRuns(10)).toEqual([])
    expect(await world.store.allUnleasedRuns(null, 10)).toEqual([])

    for (const [index, runId] of [first, second, third].entries()) {
      await world.upstream.answer('/call', index + 1)
      expect(await ended(world, runId)).toBe('completed')
      expect(world.upstream.count('/call')).toBeLessThanOrEqual(index + 2)
    }
    expect(await slots()).toEqual([])
  })

  it('counts each key by itself, across versions', async () => {
    world.upstream.hold('/call')
    const version = await limited({ limit: 1, key: '{{ trigger.customer }}' })
    await world.worker()
    const ada = await world.start(version, { customer: 'ada' })
    const grace = await world.start(version, { customer: 'grace' })
    await world.upstream.nth('/call', 2)
    const again = await world.start(version, { customer: 'ada' })
    await untilBlocked(1)
    await world.upstream.answer('/call', 1)
    await world.upstream.answer('/call', 2)
    await world.upstream.answer('/call', 3)
    for (const runId of [ada, grace, again]) expect(await ended(world, runId)).toBe('completed')
  })

  it('never goes over its limit, though workers end runs of many keys at once', async () => {
    const version = await limited({ limit: 2, key: '{{ $string(trigger.n % 5) }}' })
    await Promise.all([world.worker({ concurrency: 30 }), world.worker({ concurrency: 30 })])
    const runs = await Promise.all(Array.from({ length: 100 }, (_, n) => world.start(version, { n })))
    const over = async () => {
      const rows = await world.sql`
        SELECT key FROM concurrency_slots WHERE state <> 'blocked' GROUP BY key HAVING count(*) > 2`
      expect(rows).toHaveLength(0)
      const [row] = await world.sql<[{ open: number }]>`
        SELECT count(*)::int AS open FROM runs WHERE status <> 'completed'`
      return row.open === 0
    }
    await waitFor(over, { what: 'all runs to end', timeoutMs: 60_000 })
    expect(runs).toHaveLength(100)
    expect(await slots()).toEqual([])
  }, 90_000)

  it('leaves a place that was freed, but not rung for, to the sweeper', async () => {
    world.upstream.hold('/call')
    const version = await limited({ limit: 1 })
    let deaf = false
    await world.worker({}, (store) => ({
      ...store,
      admittedRuns: async (workflowId) => (deaf ? [] : store.admittedRuns(workflowId)),
    }))
    await world.start(version)
    await world.upstream.nth('/call', 1)
    const second = await world.start(version)
    await untilBlocked(1)
    deaf = true
    await world.upstream.answer('/call', 1)
    await waitFor(async () => (await slots())[0]?.[1] === 'admitted', { what: 'the place to pass on' })
    await world.sql`UPDATE concurrency_slots SET since = since - interval '6 s'`
    expect(await world.store.findStrandedRuns(10)).toMatchObject([{ runId: second, reason: 'admitted' }])
    await world.queue.enqueue([{ runId: second }])
    await world.upstream.answer('/call', 2)
    expect(await ended(world, second)).toBe('completed')
  })

  it('frees the place of a run that is gone', async () => {
    const version = await limited({ limit: 1 })
    const gone = uuidv7()
    const [workspaceId, workflowId] = [world.workspaceId, version.workflowId]
    const run = { id: gone, workspaceId, workflowId }
    expect(await world.store.reserveSlot(run, { key: '', limit: 1 })).toBe(true)
    expect(await world.store.reserveSlot({ ...run, id: uuidv7() }, { key: '', limit: 1 })).toBe(false)
    await world.worker()
    const waiting = await world.start(version)
    await untilBlocked(1)
    await world.sql`UPDATE concurrency_slots SET since = since - interval '2 min' WHERE run_id = ${gone}`
    await world.store.cleanSlots()
    expect(await slots()).toEqual([[waiting, 'admitted']])
    await world.queue.enqueue([{ runId: waiting }])
    expect(await ended(world, waiting)).toBe('completed')
    await world.store.cleanSlots()
    expect(await world.sql`SELECT 1 FROM concurrency_keys`).toHaveLength(0)
  })

  it('cancels the oldest to make room, when told to', async () => {
    world.upstream.hold('/call')
    const version = await limited({ limit: 1, whenFull: 'cancel-oldest' })
    await world.worker()
    const old = await world.start(version)
    await world.upstream.nth('/call', 1)
    const young = await world.start(version)
    expect(await ended(world, old)).toBe('cancelled')
    await world.upstream.answer('/call', 2)
    expect(await ended(world, young)).toBe('completed')
  })

  it('refuses when full, when told to', async () => {
    world.upstream.hold('/call')
    const version = await limited({ limit: 1, whenFull: 'reject' })
    await world.worker()
    const first = await world.start(version)
    await world.upstream.nth('/call', 1)
    const second = await world.start(version)
    expect(await ended(world, second)).toBe('failed')
    expect(await errorOf(second)).toBe('CONCURRENCY_LIMIT')
    await world.upstream.answer('/call', 1)
    expect(await ended(world, first)).toBe('completed')
  })

  it('lets a child share the place of its parent', async () => {
    world.upstream.hold('/call')
    const version = await limited({ limit: 1 })
    await world.worker()
    const parent = await world.start(version)
    await world.upstream.nth('/call', 1)
    const id = uuidv7()
    const child = { id, workspaceId: world.workspaceId, ...version, trigger: 'start', input: null } as const
    const keys = { priority: 'normal', idempotencyKey: null, requestHash: null } as const
    await world.store.accept({ ...child, ...keys, parentRunId: parent })
    await world.queue.enqueue([{ runId: id }])
    await world.upstream.answer('/call', 2)
    expect(await ended(world, id)).toBe('completed')
    expect(await slots()).toEqual([[parent, 'held']])
    await world.upstream.answer('/call', 1)
    expect(await ended(world, parent)).toBe('completed')
  })

  it('ends a run whose key cannot be worked out', async () => {
    const version = await limited({ limit: 1, key: '{{ $error("no key") }}' })
    const warnings: object[] = []
    await world.worker({ log: { warn: (details) => void warnings.push(details), info: () => {} } })
    const runId = await world.start(version)
    expect(await ended(world, runId)).toBe('failed')
    expect(await errorOf(runId)).toBe('EXPRESSION_FAILED')
    // Once, by its place, and without a stack.
    const reason = expect.stringMatching(/^\/settings\/concurrency\/key: (?!.*settings).*no key/)
    expect(warnings).toEqual([{ runId, code: 'EXPRESSION_FAILED', reason }])
  })

  it('cancels a run that waits for its place', async () => {
    world.upstream.hold('/call')
    const version = await limited({ limit: 1 })
    await world.worker()
    const first = await world.start(version)
    await world.upstream.nth('/call', 1)
    const second = await world.start(version)
    await untilBlocked(1)
    await world.store.postToInbox(second, world.workspaceId, { kind: 'cancel' })
    await world.queue.enqueue([{ runId: second }])
    expect(await ended(world, second)).toBe('cancelled')
    expect(await slots()).toEqual([[first, 'held']])
    await world.upstream.answer('/call', 1)
    expect(await ended(world, first)).toBe('completed')
  })
})
