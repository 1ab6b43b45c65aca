import { waitFor } from '@millrace/testkit'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { ended, openWorld, type World } from './world.js'

let world: World
beforeEach(async () => {
  world = await openWorld()
})
afterEach(() => world.end())

describe('the end of a session', () => {
  it('that cannot go on is told with its run and its cause, and the run is given back', async () => {
    const cause = new Error('no payload today')
    const warnings: { details: object; message: string }[] = []
    const log = {
      warn: (details: object, message: string) => void warnings.push({ details, message }),
      info: () => {},
    }
    await world.worker({ log }, (store) => ({ ...store, putPayload: () => Promise.reject(cause) }))
    const version = await world.publish({
      nodes: [{ id: 'large', type: 'transform.json', params: { expression: 'trigger' } }],
      edges: [{ from: 'start', to: 'large' }],
    })
    const runId = await world.start(version, 'x'.repeat(300_000))
    await waitFor(async () => (await world.run(runId)).status === 'pending' && warnings.length > 0, {
      what: 'the run to be given back',
      timeoutMs: 20_000,
    })
    expect(warnings[0]).toEqual({
      details: { err: cause, runId },
      message: 'a run cannot go on here; giving it back',
    })
  })

  it('of a run that calls others rings for them: a cancel reaches them without the sweeper', async () => {
    await world.worker()
    const callee = await world.publish({
      nodes: [
        { id: 'called', type: 'trigger.call' },
        { id: 'rest', type: 'flow.delay', params: { delayMs: 3_600_000 } },
      ],
      edges: [{ from: 'called', to: 'rest' }],
    })
    const call = {
      id: 'call',
      type: 'workflow.call',
      params: { workflow: callee.workflowId, version: 1, input: {} },
    }
    const runId = await world.start(
      await world.publish({ nodes: [call], edges: [{ from: 'start', to: 'call' }] }),
    )
    const parked = async (id: string) => {
      const { status, workerId } = await world.run(id)
      return status === 'waiting' && workerId === null
    }
    const child = async () => {
      const [row] = await world.sql<{ id: string }[]>`SELECT id FROM runs WHERE parent_run_id = ${runId}`
      return row?.id
    }
    const childId = await waitFor(child, { what: 'the child', timeoutMs: 20_000 })
    await waitFor(async () => (await parked(runId)) && parked(childId), {
      what: 'both to be parked',
      timeoutMs: 20_000,
    })
    await world.store.postToInbox(runId, world.workspaceId, { kind: 'cancel' })
    await world.queue.enqueue([{ runId }])
    expect(await ended(world, runId)).toBe('cancelled')
    expect(await ended(world, childId)).toBe('cancelled')
  })
})

/** start ─▶ each[ bad, call ] ─error─▶ rest: `bad` fails while the run that `call` has made is parked */
it('a call that is cut off in a run that goes on ends the called run, without the sweeper', async () => {
  await world.worker()
  world.upstream.hold('/bad')
  const rest = { id: 'rest', type: 'flow.delay', params: { delayMs: 3_600_000 } }
  const callee = await world.publish({
    nodes: [{ id: 'called', type: 'trigger.call' }, rest],
    edges: [{ from: 'called', to: 'rest' }],
  })
  const bad = { method: 'POST', url: `${world.upstream.url}/bad` }
  const each = {
    id: 'each',
    type: 'flow.map',
    params: { items: [1] },
    onError: 'route' as const,
    body: {
      nodes: [
        { id: 'bad', type: 'http.request', params: bad },
        { id: 'call', type: 'workflow.call', params: { workflow: callee.workflowId, version: 1, input: {} } },
      ],
    },
  }
  const runId = await world.start(
    await world.publish({
      nodes: [each, rest],
      edges: [
        { from: 'start', to: 'each' },
        { from: 'each', port: 'error', to: 'rest' },
      ],
    }),
  )
  const childId = await waitFor(
    async () => {
      const [row] = await world.sql<{ id: string; status: string }[]>`
        SELECT id, status FROM runs WHERE parent_run_id = ${runId}`
      return row?.status === 'waiting' && row.id
    },
    { what: 'the child to wait', timeoutMs: 20_000 },
  )
  ;(await world.upstream.nth('/bad', 1)).writeHead(400).end()
  expect(await ended(world, childId)).toBe('cancelled')
  expect((await world.run(runId)).status).not.toBe('failed')
  const open = await world.sql`SELECT 1 FROM waits WHERE run_id = ${runId} AND resolved_by IS NULL`
  expect(open).toHaveLength(0)
}, 60_000)
