import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { definition } from '@millrace/contracts'
import { type Act, type Scenario, scenario } from '@millrace/engine/conformance'
import { waitFor } from '@millrace/testkit'
import type { Version, World } from '../durability/world.js'

const FOLDER = fileURLToPath(new URL('../../../../packages/engine/conformance/', import.meta.url))

/** A definition of `packages/engine/conformance`, and what happens to its run. */
export interface Pattern {
  readonly name: string
  readonly script: Scenario
  readonly version: Version
}

export const publishPatterns = async (world: World): Promise<Pattern[]> => {
  const read = (name: string, file: string): unknown =>
    JSON.parse(readFileSync(join(FOLDER, name, file), 'utf8'))
  const folders = readdirSync(FOLDER, { withFileTypes: true }).filter((entry) => entry.isDirectory())
  return Promise.all(
    folders.map(async ({ name }) => {
      const { nodes, edges, settings } = definition.parse(read(name, 'workflow.json'))
      // The world publishes each with a trigger of this name.
      const version = await world.publish({
        nodes: nodes.filter(({ id }) => id !== 'start'),
        edges,
        settings,
      })
      return { name, script: scenario.parse(read(name, 'scenario.json')), version }
    }),
  )
}

/** Starts it, and does what is to be done from outside whenever it waits. */
export const playPattern = async (world: World, { script, version }: Pattern): Promise<string> => {
  const runId = await world.start(version, script.input)
  for (const act of script.acts) await perform(world, act, runId)
  return runId
}

const perform = async (world: World, act: Act, runId: string): Promise<void> => {
  if (act.kind === 'time_out') return
  await waitFor(async () => (await world.run(runId)).status === 'waiting', {
    what: `run ${runId} to wait`,
    timeoutMs: 120_000,
  })
  switch (act.kind) {
    case 'cancel':
      await world.cancel(runId)
      return
    case 'event':
      await world.post('/events', { name: act.name, key: act.key })
      return
    case 'approve': {
      const [asked] = await world.sql<
        { id: string }[]
      >`SELECT id FROM waits WHERE run_id = ${runId} AND kind = 'approval'`
      await world.post(`/approvals/${asked?.id}/decide`, { decision: 'approve' })
    }
  }
}
