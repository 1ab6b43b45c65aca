import { type Definition, definition } from '@millrace/contracts'

/** Chains side by side behind the trigger `start`, `n0` to `n<count − 1>`: node i follows node i − lanes. */
export function chains(name: string, count: number, lanes: number): Definition {
  const ids = Array.from({ length: count }, (_, index) => `n${index}`)
  return definition.parse({
    format: 'millrace/v1',
    name,
    nodes: [
      { id: 'start', type: 'trigger.manual' },
      ...ids.map((id) => ({ id, type: 'log.message', params: { message: `this is ${id}` } })),
    ],
    edges: ids.map((id, index) => ({ from: index < lanes ? 'start' : `n${index - lanes}`, to: id })),
    settings: { maxParallelSteps: Math.min(lanes, 256) },
  })
}
