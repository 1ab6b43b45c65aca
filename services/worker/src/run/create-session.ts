import type { RunState } from '@millrace/engine'
import type { ClaimedRun } from '@millrace/run-store'
import { markRun } from '@millrace/telemetry'
import type { Capabilities } from '../capabilities/capabilities.js'
import type { Plan } from '../plan/plan.js'
import { AttemptRunner } from './attempt-runner.js'
import { RunSession } from './session.js'
import type { SessionHost } from './session-host.js'

/** Puts a claimed run, its plan and its attempts together. */
export function createSession(
  run: ClaimedRun,
  plan: Plan,
  state: RunState,
  host: SessionHost,
  capabilities: Capabilities,
): RunSession {
  markRun(run.id, 'begun')
  const identity = {
    runId: run.id,
    workspaceId: run.workspaceId,
    workflowId: run.workflowId,
    keyRunId: run.keyRunId,
    trigger: run.input,
  }
  return new RunSession(
    run,
    plan,
    state,
    host,
    (events, scopes, barrier) => new AttemptRunner(plan, scopes, barrier, identity, capabilities, events),
  )
}
