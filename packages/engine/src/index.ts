export * from './catalogue.js'
export type { Body } from './graph/bodies.js'
export { canonicalContent } from './graph/canonical.js'
export { type Cut, cutToPath, cutToStep } from './graph/cut.js'
export { type DefinitionDiff, diffDefinitions } from './graph/diff.js'
export { buildGraph, type Graph } from './graph/graph.js'
export { issuesOf } from './graph/issues.js'
export { findCycle, sortTopologically } from './graph/order.js'
export { portsOf } from './graph/ports.js'
export { NODE_TITLES, singular, titleAt, titleOf, WORKFLOW_TITLES } from './graph/titles.js'
export { finish, type InTurns } from './graph/turns.js'
export { type Validation, validateDefinition, validateInTurns } from './graph/validate.js'
export { type Said, sayIssue } from './graph/words.js'
export { type Conversion, convertLinear, isLinearDefinition } from './linear/convert.js'
export { applyEvent } from './run/apply-event.js'
export { pathThatUndoes } from './run/compensation.js'
export { isPaged, pageCount, pageRange } from './run/container.js'
export { copyRunState } from './run/copy-state.js'
export { createRunState } from './run/create-run-state.js'
export { decide, isIdle } from './run/decide.js'
export { itemFailed, stepTimedOut } from './run/errors.js'
export { foldEvents } from './run/fold.js'
export { lastSteps } from './run/last-steps.js'
export {
  type KeptStep,
  type PastOutcome,
  type PlannedRetry,
  planRetry,
  type RetryFrom,
} from './run/plan-retry.js'
export { type DoneStep, type PlannedUndo, planUndo } from './run/plan-undo.js'
export { nextRetryDelay } from './run/retry.js'
export { holdersOf, isStopped, openSteps, prefixOf, stepAt } from './run/scope.js'
export { snapshotOf } from './run/snapshot.js'
export type {
  Container,
  ItemResult,
  RunOrigin,
  RunState,
  Scope,
  SettledPage,
  StepState,
} from './run/state.js'
export { inputSteps, stepsBefore } from './run/step-inputs.js'
export { MAX_LOG_LINES } from './run/step-outcomes.js'
export { RUN_TRANSITIONS, STEP_TRANSITIONS } from './run/transitions.js'
export * from './run/types.js'
export {
  calledRuns,
  type PendingTimer,
  pendingTimers,
  runningSteps,
  type StepView,
  stepTable,
  stepView,
  toView,
} from './run/views.js'
