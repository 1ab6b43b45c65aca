import { ERRORS, type Json, type OutsideWait, type Wait, type WaitResult } from '@millrace/contracts'
import type { RunInput } from '@millrace/engine'
import type { ContainerWait, WaitRequest } from '@millrace/nodes'
import type { WaitRow } from '@millrace/run-store'
import type { OutcomeContext, StepRef } from './outcome-context.js'

type OutsideRequest = Exclude<WaitRequest, ContainerWait>
type Context = Pick<OutcomeContext, 'runId' | 'now' | 'plan' | 'prepareWait'>

/** A step begins to wait: timers are the engine's, all else is a row that somebody will resolve (D5, D14). */
export function waitInput(target: StepRef, request: OutsideRequest, context: Context): RunInput {
  const { path, attempt } = target
  const limit = context.plan.graph.nodes[target.node]?.timeoutMs
  if (request.kind === 'timer') {
    const dueAt = 'delayMs' in request ? context.now + request.delayMs : Date.parse(request.until)
    const wait: Wait =
      limit !== undefined && dueAt > context.now + limit
        ? { kind: 'timer', dueAt: context.now + limit, timesOut: true }
        : { kind: 'timer', dueAt }
    return { kind: 'step_waits', path, attempt, wait }
  }
  const timeoutMs = request.timeoutMs ?? limit
  const dueAt = timeoutMs === undefined ? undefined : context.now + timeoutMs
  const { wait, ...row } = registration(request, target, context)
  context.prepareWait({
    ...row,
    path,
    attempt,
    kind: wait.kind,
    deadline: dueAt ?? null,
    onTimeout: dueAt === undefined ? null : (request.onTimeout ?? timedOut(path)),
  })
  return { kind: 'step_waits', path, attempt, wait: { ...wait, ...(dueAt === undefined ? {} : { dueAt }) } }
}

interface Registration extends Pick<WaitRow, 'name' | 'key' | 'details'> {
  readonly wait: OutsideWait
}

function registration(
  request: Exclude<OutsideRequest, { kind: 'timer' }>,
  { path }: StepRef,
  { runId }: Context,
): Registration {
  switch (request.kind) {
    case 'event': {
      const { name, key } = request
      const wait = { kind: 'event', name, ...(key === undefined ? {} : { key }) } as const
      return { wait, name, key: key ?? '', details: null }
    }
    case 'approval':
      return approval(request, path)
    case 'child':
      return { wait: { kind: 'child', runId: request.runId }, name: request.runId, key: null, details: null }
    case 'task': {
      const { queue, idempotencyKey } = request
      const details = { input: request.input, idempotencyKey }
      return { wait: { kind: 'task', queue }, name: queue, key: null, details }
    }
    case 'resume':
      return { wait: { kind: 'resume' }, name: runId, key: path, details: null }
  }
}

function approval(request: Extract<WaitRequest, { kind: 'approval' }>, path: string): Registration {
  const { title, description, assignees, form, selfApproval, whenDue, escalation } = request
  const wait = { kind: 'approval', title, assignees, onTimeout: whenDue, escalated: false } as const
  const details = {
    ...{ title, assignees, form: form.map((field) => ({ ...field })), selfApproval, escalated: false },
    ...(description === undefined ? {} : { description }),
    ...(escalation !== undefined && {
      escalation: {
        wait: { ...wait, assignees: escalation.assignees, onTimeout: escalation.whenDue, escalated: true },
        timeoutMs: escalation.timeoutMs ?? null,
        onTimeout: escalation.timeoutMs === undefined ? null : (escalation.onTimeout ?? timedOut(path)),
      },
    }),
  }
  // Plain data throughout; an optional field that is left out is not there.
  return { wait, name: null, key: null, details: details as Json }
}

const timedOut = (path: string): WaitResult => ({
  kind: 'failed',
  error: {
    code: 'WAIT_TIMED_OUT',
    message: `nothing came for ${path} before its deadline`,
    hint: ERRORS.WAIT_TIMED_OUT.hint,
    retryable: false,
  },
})
