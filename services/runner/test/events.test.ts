import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { openWorld, type World } from './world.js'

describe('publishing an event', () => {
  let world: World
  let operator: string
  beforeAll(async () => {
    world = await openWorld('postgres')
    operator = await world.token('operator')
  })
  afterAll(() => world.end())

  const publish = (payload: object, headers: Record<string, string> = {}) =>
    world.app.inject({
      method: 'POST',
      url: '/api/v1/events',
      headers: { authorization: operator, ...headers },
      payload,
    })

  it('happens once for an Idempotency-Key, which is its id where it has none of its own (I6)', async () => {
    const headers = { 'idempotency-key': 'order-17' }
    const first = await publish({ name: 'paid' }, headers)
    expect([first.statusCode, first.json()]).toEqual([
      202,
      { id: 'order-17', replayed: false, resumed: [], started: [] },
    ])
    expect((await publish({ name: 'paid' }, headers)).json()).toMatchObject({ replayed: true })
    expect((await publish({ name: 'paid', id: 'order-17' })).json()).toMatchObject({ replayed: true })
    expect((await publish({ name: 'refunded' }, headers)).json()).toMatchObject({
      status: 422,
      code: 'IDEMPOTENCY_KEY_REUSED',
    })
  })

  it('counts the runs that it starts, once however often it is sent', async () => {
    const { workflowId, versionId } = await world.publish({
      name: 'on-shipped',
      nodes: [{ id: 'on', type: 'trigger.event', params: { name: 'shipped' } }],
      edges: [],
    })
    await world.sql`INSERT INTO listeners (workspace_id, workflow_id, node_id, version_id, kind, name, priority)
      VALUES (${world.workspaceId}, ${workflowId}, 'on', ${versionId}, 'event', 'shipped', 2)`
    const counted = async () =>
      /millrace_runs_accepted_total\{trigger="trigger\.event"\} (\d+)/.exec(
        await world.metrics.registry.metrics(),
      )?.[1]
    const first = await publish({ name: 'shipped', id: 'parcel-1' })
    expect(first.json().started).toHaveLength(1)
    expect(await counted()).toBe('1')
    expect((await publish({ name: 'shipped', id: 'parcel-1' })).json().replayed).toBe(true)
    expect(await counted()).toBe('1')
    await publish({ name: 'shipped', id: 'parcel-2' })
    expect(await counted()).toBe('2')
  })

  it('may not take the id that a step’s event has or will have (I5)', async () => {
    expect((await publish({ name: 'paid', id: 'run:1:tell' })).statusCode).toBe(400)
    expect((await publish({ name: 'paid' }, { 'idempotency-key': 'run:1:tell' })).statusCode).toBe(400)
  })

  it('needs the right to start runs', async () => {
    const authorization = await world.token('viewer')
    expect((await publish({ name: 'paid' }, { authorization })).statusCode).toBe(403)
  })
})
