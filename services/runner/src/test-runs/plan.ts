import { type Definition, MillraceError, type Pin, type RunSeed } from '@millrace/contracts'
import { cutToStep } from '@millrace/engine'
import { nodeCatalogue } from '@millrace/nodes'
import type { DraftPart } from './draft.js'

const catalogue = nodeCatalogue()

export interface TestPlan {
  readonly definition: Definition
  readonly steps: RunSeed['steps']
}

/** The trigger that fires: the one wanted, else a manual one, else the first. @throws NO_SUCH_TRIGGER */
export const chooseTrigger = ({ nodes }: Definition, ...wanted: readonly (string | undefined)[]): string => {
  const triggers = nodes.filter((node) => catalogue.get(node.type)?.trigger)
  const named = wanted.find((id) => triggers.some((node) => node.id === id))
  const chosen = named ?? triggers.find((node) => node.type === 'trigger.manual')?.id ?? triggers[0]?.id
  if (chosen === undefined)
    throw new MillraceError('NO_SUCH_TRIGGER', 'No trigger leads to this step: connect it to one first')
  return chosen
}

/** Everything that leads to the target is executed, but for what is pinned. */
export const planPath = (
  { definition }: DraftPart,
  trigger: string,
  pins: ReadonlyMap<string, Pin>,
): TestPlan => ({
  definition,
  steps: Object.fromEntries(
    definition.nodes.flatMap(({ id }) => {
      const pin = id === trigger ? undefined : pins.get(id)
      return pin === undefined ? [] : [[id, toSeed(pin)]]
    }),
  ),
})

const toSeed = ({ output, ports }: Pin) => (ports === undefined ? { output } : { output, ports })

export interface Sample {
  readonly runId: string
  /** Paths of its steps that ended well. */
  readonly steps: ReadonlySet<string>
}

/**
 * The target alone is executed. What is given goes on at every port that leads to it: whoever runs one step wants to
 * see it run, whichever way the sample went. @throws NO_SAMPLE
 */
export const planStep = (
  part: DraftPart,
  target: string,
  trigger: string,
  pins: ReadonlyMap<string, Pin>,
  sample: Sample | undefined,
): TestPlan => {
  const given = new Set([...pins.keys(), ...(sample?.steps ?? [])])
  const definition = cutToStep(part, target, trigger, given)
  if (definition === undefined)
    throw new MillraceError('NO_SAMPLE', `Nothing that leads to ${target} has an output`)
  const outgoing = (id: string) => definition.edges.flatMap((edge, at) => (edge.from === id ? [at] : []))
  const steps = definition.nodes.flatMap(({ id }): [string, RunSeed['steps'][string]][] => {
    if (id === trigger || id === target) return []
    const edges = outgoing(id)
    const pin = pins.get(id)
    if (pin === undefined) return sample === undefined ? [] : [[id, { runId: sample.runId, taken: edges }]]
    return [[id, { output: pin.output, ports: [...new Set(edges.map((at) => definition.edges[at]!.port))] }]]
  })
  return { definition, steps: Object.fromEntries(steps) }
}
