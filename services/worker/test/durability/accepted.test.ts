import { createMetrics } from '@millrace/telemetry'
import { waitFor } from '@millrace/testkit'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { ended, openWorld, type World } from './world.js'

let world: World
const metrics = createMetrics()
const counted = async (trigger: string) =>
  new RegExp(`millrace_runs_accepted_total\\{trigger="${trigger}"\\} (\\d+)`).exec(
    await metrics.registry.metrics(),
  )?.[1]

beforeEach(async () => {
  world = await openWorld()
  metrics.registry.resetMetrics()
})
afterEach(() => world.end())

describe('the runs that a worker starts are counted by their trigger', () => {
  it('those that steps call', async () => {
    const { workflowId } = await world.publish({
      nodes: [{ id: 'called', type: 'trigger.call' }],
      edges: [],
    })
    const caller = await world.publish({
      nodes: ['one', 'two'].map((id) => ({
        id,
        type: 'workflow.call',
        params: { workflow: workflowId, version: 1, wait: false },
      })),
      edges: [
        { from: 'start', to: 'one' },
        { from: 'start', to: 'two' },
      ],
    })
    await world.worker({ metrics })
    expect(await ended(world, await world.start(caller))).toBe('completed')
    await waitFor(async () => (await counted('trigger.call')) === '2', { what: 'both runs to be counted' })
    expect(await world.sql`SELECT 1 FROM runs WHERE parent_run_id IS NOT NULL`).toHaveLength(2)
  })

  it('those that events of steps start', async () => {
    const listener = await world.publish({
      nodes: [{ id: 'on', type: 'trigger.event', params: { name: 'done' } }],
      edges: [],
    })
    await world.sql`INSERT INTO listeners (workspace_id, workflow_id, node_id, version_id, kind, name, priority)
      VALUES (${world.workspaceId}, ${listener.workflowId}, 'on', ${listener.versionId}, 'event', 'done', 2)`
    const publisher = await world.publish({
      nodes: [{ id: 'tell', type: 'event.publish', params: { name: 'done' } }],
      edges: [{ from: 'start', to: 'tell' }],
    })
    await world.worker({ metrics })
    expect(await ended(world, await world.start(publisher))).toBe('completed')
    expect(await world.sql`SELECT 1 FROM runs WHERE workflow_id = ${listener.workflowId}`).toHaveLength(1)
    expect(await counted('trigger.event')).toBe('1')
  })
})
