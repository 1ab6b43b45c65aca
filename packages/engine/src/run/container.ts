import { ITEMS_PER_PAGE, type RunEvent } from '@millrace/contracts'
import type { Body } from '../graph/bodies.js'
import { itemFailed } from './errors.js'
import { lastSteps } from './last-steps.js'
import { createScope, fillScope, holdersOf, isStopped, prefixOf, stepIn } from './scope.js'
import type { Container, ItemResult, RunState, Scope, StepState } from './state.js'

/** Pages whose items may be under way at once: one slow item does not stop all others, nor pile up all results (I10). */
const OPEN_PAGES = 2

type Waiting = Extract<RunEvent, { type: 'step_waiting' }>

/** A container begins, or begins its next iteration; any other wait changes nothing here. */
export function openContainer(state: RunState, step: StepState, event: Waiting): void {
  const { wait } = event
  if (wait.kind !== 'items' && wait.kind !== 'iteration') return
  const begunAt = (state.pausedAt ?? event.at) - state.pausedMs
  if (wait.kind === 'items') {
    const { count, concurrency, onItemError, record } = wait
    const { items, itemsKey } = event
    const collects = onItemError === 'collect'
    const facts = { count, concurrency, collects, record, items, itemsKey, begunAt }
    step.inside = createContainer(bodyOf(state, step), 'map', facts)
  } else {
    const facts = { count: Infinity, concurrency: 1, collects: false, record: 'steps' as const, begunAt }
    step.inside ??= createContainer(bodyOf(state, step), 'repeat', facts)
    step.inside.scopes.clear()
    step.inside.results.delete(wait.index - 2)
  }
  beginItems(state, step)
}

type Facts = Pick<Container, 'count' | 'concurrency' | 'collects' | 'record' | 'begunAt'> &
  Partial<Pick<Container, 'items' | 'itemsKey'>>

export const createContainer = (body: Body, kind: Container['kind'], facts: Facts): Container => ({
  items: undefined,
  itemsKey: undefined,
  ...facts,
  kind,
  body,
  begun: 0,
  ended: 0,
  running: 0,
  error: null,
  scopes: new Map(),
  endedInPage: new Map(),
  results: new Map(),
  pages: new Map(),
  firstOpenPage: 0,
})

/**
 * An item that is over once more, so that the step at this path can run in it: it and nothing else, and what the others
 * came to is not known here.
 */
export function reopen(state: RunState, path: string): StepState {
  let scope: Scope = state
  for (const { id, index } of holdersOf(prefixOf(path))) {
    const container = stepIn(scope, state.graph.indexOf(id) ?? -1)
    if (container === undefined) throw new Error(`the version has no step ${path}`)
    container.inside = createContainer(bodyOf(state, container), 'past', PAST)
    scope = createScope(container.inside.body, container, index)
    fillScope(scope, state.graph)
    container.inside.scopes.set(index, scope)
  }
  const step = stepIn(scope, state.graph.nodeAt(path) ?? -1)
  if (step === undefined) throw new Error(`the version has no step ${path}`)
  return step
}

const PAST: Facts = { count: Infinity, concurrency: 1, collects: false, record: 'steps', begunAt: 0 }

/** Lets go of the item that was opened again for this step; nothing to do for a step of the run itself. */
export function closePast({ scope }: StepState): void {
  for (let { container } = scope; container !== null; container = container.scope.container)
    container.inside = null
}

export function bodyOf(state: RunState, step: StepState): Body {
  const body = state.graph.bodyOf(step.node)
  if (body === undefined) throw new Error(`${step.path} holds nothing`)
  return body
}

/**
 * An earlier version never began a pass of a repeat from the 2,000th on: it had its number and no steps. Snapshots of such a run were
 * taken; it begins that pass now.
 */
export function beginMissingPass(state: RunState, step: StepState): void {
  const { inside, wait } = step
  if (inside?.kind === 'repeat' && wait?.kind === 'iteration' && inside.begun === wait.index)
    beginItems(state, step)
}

function beginItems(state: RunState, step: StepState): void {
  const inside = step.inside
  // A container that begins to wait where something has failed by now is cancelled with what is around it.
  if (inside === null || inside.record === 'pages' || isStopped(step.scope)) return
  const limit = inside.kind === 'repeat' ? inside.count : endOfOpenPages(inside)
  while (inside.begun < limit && inside.scopes.size < inside.concurrency) {
    const scope = createScope(inside.body, step, inside.begun++)
    fillScope(scope, state.graph)
    inside.scopes.set(scope.index, scope)
    for (const node of inside.body.entries) state.ready.push(scope.steps[node - inside.body.firstNode]!)
  }
}

/** A repeat has no pages: its passes come one after the other, and leave nothing but the latest result. */
const endOfOpenPages = ({ count, firstOpenPage }: Container): number =>
  Math.min(count, (firstOpenPage + OPEN_PAGES) * ITEMS_PER_PAGE)

/** Called when a step of it has come to its end: the item may have, too, and then the next one begins. */
export function endScope(state: RunState, scope: Scope): void {
  const inside = scope.container?.inside
  if (scope.container == null || inside == null) return
  if (inside.error !== null || inside.scopes.get(scope.index) !== scope || isStopped(scope.container.scope))
    return
  if (scope.error === null ? scope.unresolved > 0 : scope.open > 0) return
  if (scope.error !== null && !inside.collects) {
    inside.error = itemFailed(scope.container.path, scope.index, scope.error)
    return
  }
  inside.ended++
  inside.results.set(scope.index, resultOf(state, scope))
  // The condition of a repeat may read the steps of its latest iteration.
  if (inside.kind === 'repeat') return
  inside.scopes.delete(scope.index)
  const page = Math.floor(scope.index / ITEMS_PER_PAGE)
  inside.endedInPage.set(page, (inside.endedInPage.get(page) ?? 0) + 1)
  beginItems(state, scope.container)
}

function resultOf(state: RunState, { error, body, steps }: Scope): ItemResult {
  if (error !== null) return { error, sinks: [] }
  const sinks = lastSteps(state.graph, body, (node) => steps[node - body.firstNode]).map(
    ({ node, output, outputRef }) => ({ id: state.graph.nodes[node]!.id, output, outputRef }),
  )
  return { error, sinks }
}

/** D20: what was kept of a page's items shrinks to their number and where their results are. */
export function settlePage(
  state: RunState,
  step: StepState,
  { page, completed, failed, output, outputRef }: Extract<RunEvent, { type: 'step_progressed' }>,
): void {
  const inside = step.inside
  if (inside === null || inside.pages.has(page)) throw new Error(`${step.path} has no open page ${page}`)
  inside.pages.set(page, { completed, failed, output, outputRef })
  const { from, to } = pageRange(inside, page)
  for (let index = from; index < to; index++) inside.results.delete(index)
  inside.endedInPage.delete(page)
  if (inside.record === 'pages') {
    inside.begun += to - from
    inside.ended += to - from
  }
  while (inside.pages.has(inside.firstOpenPage)) inside.firstOpenPage++
  beginItems(state, step)
}

/** Items `from` … `to` − 1. */
export const pageRange = (
  { count }: Pick<Container, 'count'>,
  page: number,
): { from: number; to: number } => ({
  from: page * ITEMS_PER_PAGE,
  to: Math.min(count, (page + 1) * ITEMS_PER_PAGE),
})

export const pageCount = ({ count }: Pick<Container, 'count'>): number => Math.ceil(count / ITEMS_PER_PAGE)

/** A map of one page keeps its results until it is closed; any other settles each page. */
export const isPaged = (inside: Container): boolean =>
  inside.kind === 'map' && (inside.record === 'pages' || inside.count > ITEMS_PER_PAGE)

/** Every item has ended, and what came of them is at hand. */
export const isComplete = (inside: Container): boolean =>
  inside.ended === inside.count && (!isPaged(inside) || inside.pages.size === pageCount(inside))
