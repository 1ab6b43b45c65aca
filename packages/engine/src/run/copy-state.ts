import type { Container, RunState, Scope, StepState } from './state.js'

type Copies = Map<StepState, StepState>

/** The same moment once more, to be advanced apart from the first. Values that no event changes are shared. */
export function copyRunState(state: RunState): RunState {
  const copies: Copies = new Map()
  const copy: RunState = { ...state, edges: [...state.edges], steps: [], ready: [], dead: [], undoable: [] }
  copySteps(state, copy, copies)
  // What stands before a queue's head may be over with its item: nobody looks at it again.
  for (const step of state.ready) copy.ready.push(copies.get(step) ?? step)
  for (const step of state.dead) copy.dead.push(copies.get(step) ?? step)
  for (const step of state.undoable) copy.undoable.push(copies.get(step)!)
  if (state.compensation !== null) {
    const { left, failed, ...rest } = state.compensation
    copy.compensation = { ...rest, left: [...left], failed: [...failed] }
  }
  return copy
}

function copySteps(from: Scope, to: Scope, copies: Copies): void {
  for (const step of from.steps) {
    const copy: StepState = { ...step, scope: to }
    copies.set(step, copy)
    to.steps.push(copy)
    if (step.inside !== null) copy.inside = copyContainer(step.inside, copy, copies)
  }
}

function copyContainer(inside: Container, container: StepState, copies: Copies): Container {
  const scopes = new Map<number, Scope>()
  for (const [index, scope] of inside.scopes) {
    const copy: Scope = { ...scope, container, steps: [], edges: [...scope.edges] }
    scopes.set(index, copy)
    copySteps(scope, copy, copies)
  }
  return {
    ...inside,
    scopes,
    endedInPage: new Map(inside.endedInPage),
    results: new Map(inside.results),
    pages: new Map(inside.pages),
  }
}
