import type { JsonObject } from '@millrace/contracts'
import { uuidv7 } from '@millrace/db'
import { waitFor } from '@millrace/testkit'
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest'
import { ended, openWorld, type Version, type World } from '../durability/world.js'
import { type Deployer, openDeployer } from './deployer.js'

let world: World
let deployer: Deployer
/** Worker processes take their time where many share a machine. */
vi.setConfig({ testTimeout: 150_000 })
const endOf = (runId: string) => ended(world, runId, 60_000)

beforeAll(async () => {
  world = await openWorld()
  deployer = await openDeployer(world)
  world.scheduler()
  await world.worker()
})
afterAll(async () => {
  await deployer.close()
  await world.end()
})
beforeEach(() => world.sql`DELETE FROM listeners`)

const start = { id: 'start', type: 'trigger.manual' }
const bad = { id: 'bad', type: 'flow.stop', params: { status: 'failed', message: 'no stock' } }
const broken = { id: 'broken', type: 'transform.json', params: { expression: '$error("no stock")' } }
const echo = { id: 'echo', type: 'transform.json', params: { expression: 'trigger' } }
const failing = () => deployer.deploy({ nodes: [start, broken] })
const listening = (params: JsonObject = {}, ...nodes: (typeof bad)[]) =>
  deployer.deploy({ nodes: [{ id: 'on', type: 'trigger.failure', params }, echo, ...nodes] })
const end = async (version: Version, input: JsonObject = {}): Promise<string> => {
  const runId = await world.start(version, input)
  await endOf(runId)
  return runId
}
/** The runs that this one's failure has started, right when it has ended: they are written with its end. */
const startedBy = (runId: string) =>
  world.sql<{ id: string; workflowId: string }[]>`
    SELECT id, workflow_id AS "workflowId" FROM runs WHERE idempotency_key LIKE ${`failure:${runId}:%`}`
const onlyStartedBy = async (runId: string): Promise<string> => {
  const started = await startedBy(runId)
  expect(started).toHaveLength(1)
  return started[0]?.id ?? ''
}

describe('a failure workflow', () => {
  it('runs once for a failed run, and is told what is known of it (D5)', async () => {
    const { workflowId } = await listening()
    const version = await failing()
    const runId = await end(version, { order: 12 })
    const [started] = await startedBy(runId)
    expect(started?.workflowId).toBe(workflowId)
    expect(await endOf(started?.id ?? '')).toBe('completed')
    expect((await world.run(started?.id ?? '')).output).toMatchObject({
      run: { id: runId, status: 'failed', trigger: 'start' },
      workflow: { id: version.workflowId, name: version.name, version: 1 },
      error: { code: 'EXPRESSION_FAILED' },
      step: 'broken',
      input: { order: 12 },
    })
  })

  it('is started with the end of the run, by whoever writes that, and never a second time', async () => {
    await listening()
    const version = await failing()
    const runId = uuidv7()
    const insert = world.sql`
      INSERT INTO runs (id, workspace_id, workflow_id, version_id, trigger, input)
      VALUES (${runId}, ${world.workspaceId}, ${version.workflowId}, ${version.versionId}, 'start', '{}')`
    await insert
    await world.sql`UPDATE runs SET status = 'failed' WHERE id = ${runId}`
    await world.sql`UPDATE runs SET status = 'waiting' WHERE id = ${runId}`
    await world.sql`UPDATE runs SET status = 'failed' WHERE id = ${runId}`
    expect(await endOf(await onlyStartedBy(runId))).toBe('completed')
    // A write that is taken back starts nothing.
    const other = uuidv7()
    await world.sql
      .begin(async (tx) => {
        await tx`INSERT INTO runs (id, workspace_id, workflow_id, version_id, trigger, input)
          VALUES (${other}, ${world.workspaceId}, ${version.workflowId}, ${version.versionId}, 'start', '{}')`
        await tx`UPDATE runs SET status = 'failed' WHERE id = ${other}`
        throw new Error('the process dies here')
      })
      .catch(() => undefined)
    expect(await startedBy(other)).toEqual([])
  })

  it('listens to the workflows it names, and to cancelled runs if it says so', async () => {
    const one = await failing()
    const other = await failing()
    const named = await listening({ workflows: [one.name, other.workflowId] })
    const cancelled = await listening({ on: ['cancelled'] })
    expect(await startedBy(await end(await failing()))).toEqual([])
    for (const version of [one, other])
      expect(await startedBy(await end(version))).toMatchObject([{ workflowId: named.workflowId }])
    const waits = { id: 'wait', type: 'flow.wait', params: { event: 'never' } }
    const runId = await world.start(await deployer.deploy({ nodes: [start, waits] }))
    await world.cancel(runId)
    expect(await endOf(runId)).toBe('cancelled')
    expect(await startedBy(runId)).toMatchObject([{ workflowId: cancelled.workflowId }])
  })

  it('is told of a run that took too long, whose failure is no step’s', async () => {
    await listening()
    const waits = { id: 'wait', type: 'flow.wait', params: { event: 'never' } }
    const runId = await end(await deployer.deploy({ nodes: [start, waits], settings: { timeoutMs: 100 } }))
    const handler = await onlyStartedBy(runId)
    await endOf(handler)
    expect((await world.run(handler)).output).toMatchObject({ error: { code: 'RUN_TIMEOUT' }, step: null })
  })

  it('is not started by a test run, nor by one of another workspace (I9)', async () => {
    await listening()
    const version = await failing()
    await world.sql`UPDATE workflow_versions SET number = NULL WHERE id = ${version.versionId}`
    expect(await startedBy(await end(version))).toEqual([])
    const away = uuidv7()
    await world.sql`INSERT INTO workspaces (id, slug, name) VALUES (${away}, ${away}, 'Away')`
    await world.sql`UPDATE listeners SET workspace_id = ${away}`
    expect(await startedBy(await end(await failing()))).toEqual([])
  })
})

describe('a failure workflow that fails', () => {
  it('starts no other one and not itself', async () => {
    await listening({}, bad)
    await listening({}, { ...bad, id: 'worse' })
    const started = await startedBy(await end(await failing()))
    expect(started).toHaveLength(2)
    for (const { id } of started) {
      expect(await endOf(id)).toBe('failed')
      expect(await startedBy(id)).toEqual([])
    }
  })

  it('does not go round by what it calls, by events, or by retries', async () => {
    const called = await deployer.deploy({ nodes: [{ id: 'called', type: 'trigger.call' }, bad] })
    const hearing = await deployer.deploy({
      nodes: [{ id: 'on', type: 'trigger.event', params: { name: 'alarm' } }, bad],
    })
    await deployer.deploy({
      nodes: [
        { id: 'on', type: 'trigger.failure' },
        { id: 'tell', type: 'event.publish', params: { name: 'alarm' } },
        { id: 'call', type: 'workflow.call', params: { workflow: called.workflowId } },
      ],
    })
    const handler = await onlyStartedBy(await end(await failing()))
    expect(await endOf(handler)).toBe('failed')
    const runs = await waitFor(
      async () => {
        const rows = await world.sql<{ id: string; status: string }[]>`
          SELECT id, status FROM runs WHERE workflow_id IN (${called.workflowId}, ${hearing.workflowId})`
        return rows.length === 2 && rows.every(({ status }) => status === 'failed') && rows
      },
      { what: 'what the handler has led to', timeoutMs: 60_000 },
    )
    for (const { id } of runs) expect(await startedBy(id)).toEqual([])
    const { run } = (await world.post(`/runs/${handler}/retry`)).json<{ run: { id: string } }>()
    expect(await endOf(run.id)).toBe('failed')
    expect(await startedBy(run.id)).toEqual([])
  })
})
