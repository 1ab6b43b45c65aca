import type { DefinitionInput, Json, RunEvent } from '@millrace/contracts'
import { ended, type World } from '../durability/world.js'

export type Nodes = DefinitionInput['nodes']
export type Edges = DefinitionInput['edges']

export interface Played {
  readonly events: readonly RunEvent[]
  /** Of the step at this path; undefined where it has not succeeded. */
  output(path: string): Json | undefined
  readonly end: Extract<RunEvent, { type: 'run_finished' }>
  readonly result: Json | null
}

export const transform = (id: string, expression: string) => ({
  id,
  type: 'transform.json',
  params: { expression },
})

/** Plays a workflow that `start` triggers to its end; edges lead from one node to the next unless given. */
export async function play(
  world: World,
  nodes: Nodes,
  input: Json = null,
  edges = chain(nodes),
): Promise<Played> {
  const version = await world.publish({ nodes, edges })
  const runId = await world.start(version, input)
  await ended(world, runId)
  const events = await world.events(runId)
  const end = events.at(-1)
  if (end?.type !== 'run_finished') throw new Error('the run has not ended')
  const [row] = await world.sql<{ output: Json | null }[]>`SELECT output FROM runs WHERE id = ${runId}`
  return { events, end, result: row?.output ?? null, output: (path) => outputOf(events, path) }
}

const chain = (nodes: Nodes): Edges =>
  nodes.map(({ id }, place) => ({ from: place === 0 ? 'start' : nodes[place - 1]!.id, to: id }))

const outputOf = (events: readonly RunEvent[], path: string): Json | undefined =>
  events.flatMap((event) => (event.type === 'step_succeeded' && event.path === path ? [event.output] : []))[0]
