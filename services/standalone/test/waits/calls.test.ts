import { waitFor } from '@millrace/testkit'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { ended, openWorld, storyOf, type World } from '../durability/world.js'

let world: World
beforeEach(async () => {
  world = await openWorld()
  world.scheduler()
})
afterEach(() => world.end())

type Nodes = Parameters<World['publish']>[0]['nodes']
/** A workflow that begins with a call: `called → nodes…` */
const callee = (nodes: Nodes) => {
  const all = [{ id: 'called', type: 'trigger.call' }, ...nodes]
  const edges = nodes.map(({ id }, index) => ({ from: all[index]?.id ?? '', to: id }))
  return world.publish({ nodes: all, edges })
}
const caller = (workflow: string, params: object = {}, more: object = {}) =>
  world.publish({
    nodes: [
      {
        id: 'call',
        type: 'workflow.call',
        params: { workflow, input: { n: '{{ trigger.n }}' }, ...params },
        ...more,
      },
    ],
  })
const childOf = (runId: string): Promise<string> =>
  waitFor(
    async () => {
      const [row] = await world.sql<{ id: string }[]>`SELECT id FROM runs WHERE parent_run_id = ${runId}`
      return row?.id
    },
    { what: `the child of ${runId}`, timeoutMs: 20_000 },
  )
const parked = (runId: string) =>
  waitFor(
    async () => {
      const run = await world.run(runId)
      return run.status === 'waiting' && run.workerId === null
    },
    { what: `run ${runId} to be parked`, timeoutMs: 20_000 },
  )
const get = (path: string) => ({
  id: 'get',
  type: 'http.request',
  params: { method: 'GET', url: `${world.upstream.url}${path}` },
})

describe('a call', () => {
  it('gives the output of the run it makes, and is parked meanwhile', async () => {
    await world.worker()
    world.upstream.hold('/held')
    const version = await callee([
      get('/held'),
      { id: 'sum', type: 'transform.json', params: { expression: 'trigger.n + 1' } },
    ])
    const runId = await world.start(await caller(version.workflowId), { n: 41 })
    await parked(runId)
    ;(await world.upstream.nth('/held', 1)).answer()
    expect(await ended(world, runId)).toBe('completed')
    expect((await world.run(runId)).output).toBe(42)
    const child = await world.store.getRun(world.workspaceId, await childOf(runId))
    expect(child).toMatchObject({ status: 'completed', parentRunId: runId, trigger: 'called' })
  })

  it('fails with the run it made, whose id it names', async () => {
    await world.worker()
    const version = await callee([
      { id: 'bad', type: 'transform.script', params: { code: 'throw new Error("no")' } },
    ])
    const runId = await world.start(await caller(version.workflowId))
    expect(await ended(world, runId)).toBe('failed')
    const { error } = await world.run(runId)
    expect(error).toMatchObject({ code: 'CHILD_FAILED', details: { runId: await childOf(runId) } })
  })

  it('that nobody waits for goes on alone', async () => {
    await world.worker()
    world.upstream.hold('/alone')
    const version = await callee([get('/alone')])
    const runId = await world.start(await caller(version.workflowId, { wait: false }))
    expect(await ended(world, runId)).toBe('completed')
    const child = await childOf(runId)
    expect((await world.run(runId)).output).toEqual({ runId: child })
    ;(await world.upstream.nth('/alone', 1)).answer()
    expect(await ended(world, child)).toBe('completed')
  })

  it('is cancelled with its caller, and with the caller’s timeout', async () => {
    await world.worker()
    world.upstream.hold('/long')
    const version = await callee([get('/long')])
    const runId = await world.start(await caller(version.workflowId))
    const child = await childOf(runId)
    await world.upstream.nth('/long', 1)
    await world.cancel(runId)
    expect(await ended(world, runId)).toBe('cancelled')
    expect(await ended(world, child)).toBe('cancelled')
    const timed = await world.start(await caller(version.workflowId, { timeout: '300ms' }))
    expect(await ended(world, timed)).toBe('failed')
    expect((await world.run(timed)).error).toMatchObject({ code: 'WAIT_TIMED_OUT' })
    expect(await ended(world, await childOf(timed))).toBe('cancelled')
  })

  it('of what cannot be called fails with the reason; of itself, at 32 deep', async () => {
    await world.worker()
    const codeOf = async (workflow: string) => {
      const runId = await world.start(await caller(workflow))
      expect(await ended(world, runId, 60_000)).toBe('failed')
      return (await world.run(runId)).error
    }
    expect(await codeOf('nothing')).toMatchObject({ code: 'NOT_FOUND' })
    const plain = await world.publish({
      nodes: [{ id: 'log', type: 'log.message', params: { message: 'x' } }],
    })
    expect(await codeOf(plain.workflowId)).toMatchObject({ code: 'NO_SUCH_TRIGGER' })
    const self = { id: 'again', type: 'workflow.call', params: { workflow: '{{ workflow.id }}' } }
    expect(await codeOf((await callee([self])).workflowId)).toMatchObject({ code: 'CHILD_FAILED' })
    const [deepest] = await world.sql`SELECT error ->> 'code' AS code FROM runs ORDER BY id DESC LIMIT 1`
    expect(deepest).toEqual({ code: 'CALL_TOO_DEEP' })
  }, 90_000)

  it('outlives the worker of its caller: the end of the child wakes the next one (D5)', async () => {
    const first = await world.worker({ LEASE_MS: '1500' })
    world.upstream.hold('/child')
    world.upstream.hold('/side')
    const version = await callee([get('/child')])
    const runId = await world.start(
      await world.publish({
        nodes: [
          { id: 'call', type: 'workflow.call', params: { workflow: version.workflowId } },
          { ...get('/side'), id: 'side' },
        ],
        edges: [
          { from: 'start', to: 'call' },
          { from: 'start', to: 'side' },
        ],
      }),
    )
    // The side step keeps the caller in its worker's memory when that dies.
    await childOf(runId)
    await world.upstream.nth('/child', 1)
    await world.upstream.nth('/side', 1)
    first.kill('SIGKILL')
    await first.exited
    await world.worker({ LEASE_MS: '1500' })
    ;(await world.upstream.nth('/child', 2)).answer()
    ;(await world.upstream.nth('/side', 2)).answer()
    expect(await ended(world, runId, 60_000)).toBe('completed')
    const children = await world.sql`SELECT 1 FROM runs WHERE parent_run_id = ${runId}`
    expect(children).toHaveLength(1)
    expect(storyOf(await world.events(runId), 'call')).toEqual([
      'step_started',
      'step_waiting',
      'step_succeeded',
    ])
  }, 90_000)
})
