import type { Json } from '@millrace/contracts'
import type { LinearStep } from './linear-form.js'
import { nodeIds } from './node-ids.js'

/** The steps' names and the node ids they become. */
export interface StepNames {
  /** By position of the step. */
  readonly ids: readonly string[]
  /** Names that a second step claims as its id, by its position: what refers to them is ambiguous. */
  readonly repeated: ReadonlyMap<number, string>
  /** For a node that is no step, such as the trigger. */
  readonly freeId: string
  /** A step goes by its id; by its name where no step has that id. */
  find(name: string): string | undefined
}

export function nameSteps(steps: readonly LinearStep[], freeName: string): StepNames {
  const names = steps.map((step, index) => step.id ?? step.name ?? `step${index + 1}`)
  const ids = nodeIds([...names, freeName])
  const byName = new Map<string, string>()
  const repeated = new Map<number, string>()
  for (const [index, { id }] of steps.entries()) {
    if (id === undefined) continue
    if (byName.has(id)) repeated.set(index, id)
    else byName.set(id, ids[index]!)
  }
  for (const [index, { name }] of steps.entries()) {
    for (const other of [names[index], name])
      if (other !== undefined && !byName.has(other)) byName.set(other, ids[index]!)
  }
  return { ids: ids.slice(0, -1), freeId: ids.at(-1)!, repeated, find: (name) => byName.get(name) }
}

/** `steps.` and a name, quoted as JSONata allows or plain. */
const STEP_REFERENCE = /(?<![\w.$])steps\.(?:`([^`]+)`|"([^"]+)"|([A-Za-z_]\w*))/g

/** The params with references to steps rewritten, where the step's id is not the name it was read by. */
export function rewriteReferences<T extends Json>(value: T, names: StepNames): T
export function rewriteReferences(value: Json, names: StepNames): Json {
  if (typeof value === 'string') return value.replace(STEP_REFERENCE, (...match) => rewrite(match, names))
  if (Array.isArray(value)) return value.map((item) => rewriteReferences(item, names))
  if (value === null || typeof value !== 'object') return value
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, rewriteReferences(item, names)]))
}

function rewrite([text, ticked, quoted, plain]: string[], names: StepNames): string {
  const name = ticked ?? quoted ?? plain ?? ''
  const id = names.find(name)
  if (id === undefined || id === name) return text ?? ''
  return /^\w+$/.test(id) ? `steps.${id}` : `steps.\`${id}\``
}
