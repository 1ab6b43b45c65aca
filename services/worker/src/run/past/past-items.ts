import type { Json, PayloadRef, RunEvent } from '@millrace/contracts'
import { holdersOf, lastSteps, prefixOf, type RunState, type Scope, type StepState } from '@millrace/engine'
import type { ClaimedRun } from '@millrace/run-store'
import { ItemPages, type MapItems } from '../containers/item-pages.js'
import { resultValue } from '../containers/results.js'
import type { SessionHost } from '../session-host.js'
import { sourceOf } from './source-run.js'

/** What a step came to, by the id of its node. */
export type PastStep = { readonly id: string } & Pick<StepState, 'status' | 'output' | 'outputRef' | 'error'>

/**
 * What items that are over came to, for the steps that undo: read back from the events. Owns: where those stand, for as
 * many items as the run has yet to undo at the moment; what they say is read when an item is opened again (I10, D20).
 */
export class PastItems {
  /** By the prefix of an item's steps, or by the path of a map. */
  #places = new Map<string, number[]>()
  #latestMap: { readonly path: string; readonly items: MapItems | undefined } | undefined
  readonly #pages: ItemPages
  readonly #source: string

  constructor(
    private readonly run: ClaimedRun,
    private readonly state: RunState,
    private readonly readStore: SessionHost['readStore'],
    private readonly loadPayload: (ref: PayloadRef) => Promise<Json>,
  ) {
    this.#source = sourceOf(run)
    this.#pages = new ItemPages((ref) => loadPayload(this.#ofSource(ref)))
  }

  /** Of the steps in it that have ended. */
  async stepsOf({ prefix }: Scope): Promise<PastStep[]> {
    return (await this.#eventsOf(prefix)).flatMap((event) => this.#toStep(event))
  }

  /** What its expressions read as `item`: that of a map, or the output of the pass before. */
  async itemOf({ container, index, body }: Scope): Promise<Json | undefined> {
    if (container === null) return undefined
    const items = await this.#itemsOf(container.path)
    if (items !== undefined) return this.#pages.itemOf(items, index)
    if (index === 0) return undefined
    const before = await this.#eventsOf(`${container.path}[${index - 1}].`)
    if (before.length === 0) return undefined
    const steps = new Map(before.flatMap((event) => this.#toStep(event)).map((step) => [step.id, step]))
    const { graph } = this.state
    const sinks = lastSteps(graph, body, (node) => steps.get(graph.nodes[node]!.id))
    return resultValue(body, { error: null, sinks }, this.loadPayload)
  }

  /** Undefined for a repeat. All items of a map are undone one after the other: the latest map is remembered. */
  async #itemsOf(path: string): Promise<MapItems | undefined> {
    if (this.#latestMap?.path === path) return this.#latestMap.items
    const [event] = await this.#eventsOf(path)
    const items =
      event?.type === 'step_waiting' ? { items: event.items, itemsKey: event.itemsKey } : undefined
    this.#latestMap = { path, items }
    return items
  }

  async #eventsOf(key: string): Promise<RunEvent[]> {
    if (!this.#places.has(key)) await this.#locate(key)
    const seqs = this.#places.get(key) ?? []
    if (seqs.length === 0) return []
    return this.readStore((store) => store.readEventsAt(this.run.workspaceId, this.#source, seqs))
  }

  /** One look at the run's events for all that is to be undone next, and for what is asked for. */
  async #locate(key: string): Promise<void> {
    const places = new Map<string, number[]>([[key, []]])
    for (const path of this.state.compensation?.left ?? [])
      for (const around of placesAround(path)) places.set(around, [])
    const keys = [...places.keys()]
    const prefixes = keys.filter((each) => each.endsWith('.'))
    const maps = keys.filter((each) => !each.endsWith('.'))
    const found = await this.readStore((store) =>
      store.findItemEvents(this.run.workspaceId, this.#source, prefixes, maps),
    )
    for (const { seq, type, path } of found)
      places.get(type === 'step_waiting' ? path : prefixOf(path))?.push(seq)
    this.#places = places
  }

  #toStep(event: RunEvent): PastStep[] {
    if (!('path' in event)) return []
    const id = event.path.slice(prefixOf(event.path).length)
    switch (event.type) {
      case 'step_succeeded': {
        const { output, outputRef, error = null } = event
        const ref = outputRef === undefined ? undefined : this.#ofSource(outputRef)
        return [{ id, status: 'completed', output, outputRef: ref, error }]
      }
      case 'step_failed':
        return [{ id, status: 'failed', output: undefined, outputRef: undefined, error: event.error }]
      case 'step_skipped':
        return [{ id, status: 'skipped', output: undefined, outputRef: undefined, error: null }]
      default:
        return []
    }
  }

  /** Payloads stay with the run that made them (D21). */
  #ofSource(ref: PayloadRef): PayloadRef {
    return { runId: this.#source, ...ref }
  }
}

/** Containers around a step, the items of them that it is in, and the passes before those. */
const placesAround = (path: string): string[] => {
  let prefix = ''
  return holdersOf(prefixOf(path)).flatMap(({ id, index }) => {
    const container = prefix + id
    prefix = `${container}[${index}].`
    return [container, prefix, ...(index > 0 ? [`${container}[${index - 1}].`] : [])]
  })
}
