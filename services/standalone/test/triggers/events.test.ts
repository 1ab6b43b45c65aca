import type { JsonObject } from '@millrace/contracts'
import { waitFor } from '@millrace/testkit'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { ended, holdRun, openWorld, storyOf, untilBlocked, type World } from '../durability/world.js'
import { type Deployer, openDeployer } from './deployer.js'

let world: World
let deployer: Deployer
/** Worker processes take their time where many share a machine. */
vi.setConfig({ testTimeout: 150_000 })
const endOf = (runId: string) => ended(world, runId, 60_000)

beforeEach(async () => {
  world = await openWorld()
  deployer = await openDeployer(world)
  world.scheduler()
})
afterEach(async () => {
  await deployer.close()
  await world.end()
})

interface Published {
  readonly id: string
  readonly replayed: boolean
  readonly resumed: string[]
  readonly started: string[]
}

const echo = { id: 'echo', type: 'transform.json', params: { expression: 'trigger' } }
const listener = (params: JsonObject) =>
  deployer.deploy({ nodes: [{ id: 'on', type: 'trigger.event', params }, echo] })
const publisher = (name: string, more: object = {}) =>
  deployer.deploy({
    nodes: [
      { id: 'start', type: 'trigger.manual' },
      { id: 'tell', type: 'event.publish', params: { name, payload: '{{ trigger }}' }, ...more },
    ],
  })
const publish = async (name: string, more: object = {}): Promise<Published> =>
  (await world.post('/events', { name, ...more })).json<Published>()
const runsOf = (workflowId: string) =>
  world.sql<{ id: string; key: string }[]>`
    SELECT id, idempotency_key AS key FROM runs WHERE workflow_id = ${workflowId} ORDER BY id`
const firstRunOf = (workflowId: string): Promise<string> =>
  waitFor(async () => (await runsOf(workflowId))[0]?.id, {
    what: `a run of ${workflowId}`,
    timeoutMs: 60_000,
  })
/** Nobody publishes an event of this name and without a key until the answer is called. */
const holdEvents = async (name: string): Promise<() => Promise<void>> => {
  const connection = await world.sql.reserve()
  await connection`BEGIN`
  await connection`SELECT pg_advisory_xact_lock(event_lock(${world.workspaceId}, ${name}, ''))`
  return async () => {
    await connection`COMMIT`
    connection.release()
  }
}

describe('an event', () => {
  it('starts one run of every workflow that listens for it, and gives itself as their trigger', async () => {
    await world.worker()
    const all = await listener({ name: 'paid' })
    const ofKey = await listener({ name: 'paid', key: 'a1' })
    const large = await listener({ name: 'paid', match: { order: { large: true } } })
    await listener({ name: 'refunded' })
    const small = await publish('paid', { key: 'b2', payload: { order: { large: false } } })
    expect(small.started).toEqual([(await runsOf(all.workflowId))[0]?.id])
    const { id, started } = await publish('paid', { key: 'a1', payload: { order: { large: true, n: 7 } } })
    expect(started).toHaveLength(3)
    const [ofThisKey] = await runsOf(ofKey.workflowId)
    expect(ofThisKey?.key).toBe(`event:${id}:${ofKey.workflowId}`)
    expect(await runsOf(large.workflowId)).toHaveLength(1)
    for (const runId of started) expect(await endOf(runId)).toBe('completed')
    expect((await world.run(ofThisKey?.id ?? '')).output).toMatchObject({
      id,
      name: 'paid',
      key: 'a1',
      payload: { order: { large: true, n: 7 } },
    })
  })

  it('starts each once, however often it is sent (I6)', async () => {
    const { workflowId } = await listener({ name: 'paid' })
    const answers = await Promise.all([1, 2, 3, 4].map(() => publish('paid', { id: 'delivery-7' })))
    expect(answers.filter(({ started }) => started.length === 1)).toHaveLength(1)
    // Its key outlives it.
    await world.sql`DELETE FROM events`
    expect(await publish('paid', { id: 'delivery-7' })).toMatchObject({ replayed: false, started: [] })
    expect(await runsOf(workflowId)).toHaveLength(1)
  })

  it('starts one run of a workflow that listens twice, and none of an archived one', async () => {
    const nodes = ['one', 'two'].map((id) => ({ id, type: 'trigger.event', params: { name: 'paid' } }))
    const twice = await deployer.deploy({
      nodes: [...nodes, echo],
      edges: [
        { from: 'one', to: 'echo' },
        { from: 'two', to: 'echo' },
      ],
    })
    expect((await publish('paid')).started).toHaveLength(1)
    await deployer.archive(twice.workflowId)
    expect((await publish('paid')).started).toEqual([])
  })

  it('starts runs although whoever published it died before ringing (I1)', async () => {
    await world.worker()
    const { workflowId } = await listener({ name: 'paid' })
    const event = { id: 'x', name: 'paid', key: '', payload: null, backlog: true }
    await world.store.publishEvent({ workspaceId: world.workspaceId, ...event })
    expect(await endOf(await firstRunOf(workflowId))).toBe('completed')
  })

  it('of a step may not be forged', async () => {
    expect((await world.post('/events', { name: 'paid', id: 'run:1:tell' })).status).toBe(400)
  })
})

describe('a step that publishes an event', () => {
  it('starts who listens and resumes who waits', async () => {
    await world.worker()
    const listening = await listener({ name: 'shipped' })
    const waiting = await deployer.deploy({
      nodes: [
        { id: 'start', type: 'trigger.manual' },
        { id: 'wait', type: 'flow.wait', params: { event: 'shipped' } },
      ],
    })
    const waitingRun = await world.start(waiting)
    await waitFor(async () => (await world.run(waitingRun)).status === 'waiting', {
      what: 'the wait',
      timeoutMs: 60_000,
    })
    const runId = await world.start(await publisher('shipped'), { parcel: 3 })
    expect(await endOf(runId)).toBe('completed')
    expect((await world.run(runId)).output).toEqual({ id: `run:${runId}:tell` })
    expect(await endOf(waitingRun)).toBe('completed')
    const started = await firstRunOf(listening.workflowId)
    expect(await endOf(started)).toBe('completed')
    expect((await world.run(started)).output).toMatchObject({ name: 'shipped', payload: { parcel: 3 } })
  })

  it('publishes once, although its worker dies before that is durable (I5)', async () => {
    const first = await world.worker({ LEASE_MS: '1500' })
    const { workflowId } = await listener({ name: 'shipped' })
    const version = await publisher('shipped')
    const letPublish = await holdEvents('shipped')
    const runId = await world.start(version)
    await untilBlocked(world.sql, 'publish_event')
    const release = await holdRun(world.sql, runId)
    await letPublish()
    await firstRunOf(workflowId)
    first.kill('SIGKILL')
    await first.exited
    // What it had not written by then is lost, also where Postgres has it in hand.
    await world.sql`
      SELECT pg_terminate_backend(pid) FROM pg_stat_activity
      WHERE datname = current_database() AND wait_event_type = 'Lock' AND query LIKE '%flush_units%'`
    await release()
    await world.worker({ LEASE_MS: '1500' })
    expect(await endOf(runId)).toBe('completed')
    expect(await runsOf(workflowId)).toHaveLength(1)
    expect(storyOf(await world.events(runId), 'tell')).toEqual([
      'step_started',
      'step_retrying',
      'step_started',
      'step_succeeded',
    ])
  })

  it('that starts its own workflow ends after 32 rounds', async () => {
    await world.worker()
    const { workflowId } = await deployer.deploy({
      nodes: [
        { id: 'on', type: 'trigger.event', params: { name: 'round' } },
        { id: 'again', type: 'event.publish', params: { name: 'round' } },
      ],
    })
    await publish('round')
    const failed = await waitFor(
      async () => {
        const [row] = await world.sql<{ code: string }[]>`
          SELECT error ->> 'code' AS code FROM runs WHERE workflow_id = ${workflowId} AND status = 'failed'`
        return row?.code
      },
      { what: 'the end of the line', timeoutMs: 120_000 },
    )
    expect(failed).toBe('EVENT_TOO_DEEP')
    expect(await runsOf(workflowId)).toHaveLength(33)
  })
})
