import {
  type ContainerSnapshot,
  ITEMS_PER_PAGE,
  type RunSnapshot,
  type ScopeSnapshot,
  type StepSnapshot,
  type StepStatus,
} from '@millrace/contracts'
import type { Graph } from '../graph/graph.js'
import { changeStatus, skipStale } from './apply-event.js'
import { beginMissingPass, bodyOf, createContainer } from './container.js'
import { createRunState } from './create-run-state.js'
import { createScope, fillScope, openSteps, stepAt, stepIn } from './scope.js'
import type { Container, RunOrigin, RunState, Scope, StepState } from './state.js'

/**
 * The state that a snapshot was taken of (D20). `graph` and `origin` are those of its run.
 * Throws Error where it does not fit them: the run is then to be folded from its first event.
 */
export function restoreRun(graph: Graph, origin: RunOrigin, snapshot: RunSnapshot): RunState {
  const state = createRunState(graph, origin)
  state.status = snapshot.status
  state.lastSeq = snapshot.seq
  state.startedAt = snapshot.startedAt
  state.pausedAt = snapshot.pausedAt
  state.pausedMs = snapshot.pausedMs
  restoreScope(state, state, snapshot.root)
  const at = (path: string): StepState => found(stepAt(state, path), path)
  state.ready.length = 0
  for (const path of snapshot.ready) state.ready.push(at(path))
  state.dead.length = 0
  for (const path of snapshot.dead) state.dead.push(at(path))
  for (const step of openSteps(state)) beginMissingPass(state, step)
  for (const path of snapshot.undoable) state.undoable.push(at(path))
  state.undoableInside = snapshot.undoableInside
  if (snapshot.compensation !== null) {
    const { left, failed, ...rest } = snapshot.compensation
    state.compensation = { ...rest, left: [...left], failed: [...failed] }
  }
  skipStale(state)
  return state
}

function restoreScope(state: RunState, scope: Scope, { error, edges, steps }: ScopeSnapshot): void {
  if (edges.length !== scope.edges.length) throw new Error(`a snapshot of ${edges.length} edges`)
  scope.error = error
  for (const [offset, letter] of [...edges].entries())
    if (letter !== 'p') resolveEdge(state, scope, offset, letter)
  for (const step of steps) restoreStep(state, found(stepIn(scope, step.node), step.node), step)
}

function resolveEdge({ graph }: RunState, scope: Scope, offset: number, letter: string): void {
  const step = stepIn(scope, graph.target(scope.body.firstEdge + offset))!
  scope.edges[offset] = letter === 't' ? 'taken' : 'dead'
  step.pendingEdges--
  if (letter === 't') step.takenEdges++
}

function restoreStep(state: RunState, step: StepState, past: StepSnapshot): void {
  changeStatus(step, past.status)
  if (isFinal(past.status) && state.graph.ownerOf(step.node) === undefined) step.scope.unresolved--
  step.attempt = past.attempt
  step.failures = past.failures
  if (past.output !== undefined) step.output = past.output
  step.outputRef = past.outputRef
  step.error = past.error
  step.wait = past.wait
  step.retryAt = past.retryAt
  step.refusedSince = past.refusedSince ?? null
  step.startedAt = past.startedAt
  step.finishedAt = past.finishedAt
  step.logLines = past.logLines
  step.begunBy = past.begunBy ?? null
  if (past.inside !== null) restoreContainer(state, step, past.inside)
}

const isFinal = (status: StepStatus): boolean =>
  status !== 'pending' && status !== 'running' && status !== 'waiting'

function restoreContainer(state: RunState, step: StepState, past: ContainerSnapshot): void {
  const { kind, count = Infinity, concurrency, collects, record, items, itemsKey, begunAt } = past
  const facts = { count, concurrency, collects, record, items, itemsKey, begunAt }
  const inside = createContainer(bodyOf(state, step), kind, facts)
  // Before its scopes: what runs in them is counted up to here.
  step.inside = inside
  inside.begun = past.begun
  inside.ended = past.ended
  inside.error = past.error
  for (const { index, ...rest } of past.scopes) {
    const scope = createScope(inside.body, step, index)
    fillScope(scope, state.graph)
    inside.scopes.set(index, scope)
    restoreScope(state, scope, { index, ...rest })
  }
  for (const [page, { completed, failed, output, outputRef }] of past.pages)
    inside.pages.set(page, { completed, failed, output, outputRef })
  while (inside.pages.has(inside.firstOpenPage)) inside.firstOpenPage++
  restoreResults(inside, past)
}

function restoreResults(inside: Container, { results }: ContainerSnapshot): void {
  for (const [index, { error, sinks }] of results) {
    inside.results.set(index, {
      error,
      sinks: sinks.map(({ id, output, outputRef }) => ({ id, output, outputRef })),
    })
    if (inside.kind === 'repeat') continue
    const page = Math.floor(index / ITEMS_PER_PAGE)
    inside.endedInPage.set(page, (inside.endedInPage.get(page) ?? 0) + 1)
  }
}

function found(step: StepState | undefined, where: string | number): StepState {
  if (step === undefined) throw new Error(`a snapshot of step ${where}, which the version does not have`)
  return step
}
