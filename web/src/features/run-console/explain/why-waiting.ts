import { isTerminal, type Run, type Wait } from '@millrace/contracts'
import { openSteps, type RunState, type StepState } from '@millrace/engine'

/** Why a run does not move, in one sentence; `until` in milliseconds where a clock ends it. */
export interface WaitReason {
  readonly sentence: string
  /** The step that waits; undefined where it is the run. */
  readonly path: string | undefined
  readonly until: number | undefined
}

export interface WaitContext {
  readonly run: Pick<Run, 'workflowName' | 'blocked' | 'heldUntil'>
  /** Writes a time as the reader's clock has it. */
  readonly formatTime: (at: number) => string
  /** Who paused it, where the events say so. */
  readonly pausedBy: string | undefined
}

/** Undefined when the run has ended, or when at least one of its steps runs. */
export function whyWaiting(state: RunState, context: WaitContext): WaitReason | undefined {
  if (isTerminal(state.status)) return undefined
  if (state.status === 'pending') return pending(state, context)
  if (state.status === 'paused') return forRun(pausedSentence(state, context))
  if (state.running > 0) return undefined
  const waiting = openSteps(state).filter(isWaiting)
  // What holds other steps only waits for those.
  const inner = waiting.filter(({ inside }) => inside === null)
  const [first] = (inner.length === 0 ? waiting : inner).sort((a, b) => dueAt(a) - dueAt(b))
  return first === undefined ? undefined : ofStep(state, first, Math.max(inner.length, 1) - 1, context)
}

const isWaiting = (step: StepState): boolean => step.retryAt !== null || step.wait !== null

const dueAt = ({ retryAt, wait }: StepState): number =>
  retryAt ?? (wait !== null && 'dueAt' in wait ? wait.dueAt : undefined) ?? Number.POSITIVE_INFINITY

const forRun = (sentence: string): WaitReason => ({ sentence, path: undefined, until: undefined })

/** What holds it stands with the run, not in its events: it has none yet. */
function pending({ graph }: RunState, { run, formatTime }: WaitContext): WaitReason {
  const { blocked, heldUntil, workflowName } = run
  if (blocked !== undefined) return forRun(blockedSentence(blocked, workflowName))
  if (heldUntil === undefined) return forRun('It waits in the queue: no worker has taken it yet.')
  const until = Date.parse(heldUntil)
  const { debounce, rateLimit } = graph.definition.settings
  const reasons = [
    ...(debounce === undefined ? [] : ['a later start may still take its place (settings.debounce)']),
    ...(rateLimit === undefined ? [] : ['too many have begun just now (settings.rateLimit)']),
  ]
  return { ...forRun(`It begins at ${formatTime(until)} at the earliest: ${reasons.join(', or ')}.`), until }
}

function blockedSentence({ key, limit, ahead }: NonNullable<Run['blocked']>, workflowName: string): string {
  const same = key === '' ? '' : ` with the key ${key}`
  const runs =
    limit === 1 ? `1 run of ${workflowName}${same} is` : `${limit} runs of ${workflowName}${same} are`
  const before =
    ahead === 0 ? 'it is the next' : ahead === 1 ? '1 run waits before it' : `${ahead} runs wait before it`
  return `It waits for a place: ${runs} under way, which is the limit (settings.concurrency); ${before}.`
}

function pausedSentence({ pausedAt }: RunState, { formatTime, pausedBy }: WaitContext): string {
  const by = pausedBy === undefined ? '' : ` by ${pausedBy}`
  const since = pausedAt === null ? '' : ` since ${formatTime(pausedAt)}`
  return `It is paused${by}${since}, and starts nothing until someone resumes it.`
}

function ofStep(state: RunState, step: StepState, others: number, context: WaitContext): WaitReason {
  const due = dueAt(step)
  const more = others === 0 ? '' : others === 1 ? '; one more step waits' : `; ${others} more steps wait`
  return {
    sentence: `${step.path} ${stepSentence(state, step, context)}${more}.`,
    path: step.path,
    until: Number.isFinite(due) ? due : undefined,
  }
}

function stepSentence(state: RunState, step: StepState, { formatTime }: WaitContext): string {
  const { retryAt, wait, failures, error } = step
  if (retryAt !== null) {
    if (error?.code === 'CIRCUIT_OPEN') return `waits until ${formatTime(retryAt)}: ${error.message}`
    const attempts = state.graph.nodes[step.node]?.retry?.maxAttempts
    const count = attempts === undefined ? 'tries again' : `makes retry ${failures} of ${attempts - 1}`
    return `${count} at ${formatTime(retryAt)}${error === null ? '' : `, after ${error.code}`}`
  }
  return wait === null ? 'waits' : waitSentence(wait, formatTime)
}

function waitSentence(wait: Wait, formatTime: WaitContext['formatTime']): string {
  const until = 'dueAt' in wait && wait.dueAt !== undefined ? formatTime(wait.dueAt) : undefined
  const atMost = until === undefined ? '' : `, until ${until} at the latest`
  switch (wait.kind) {
    case 'timer':
      return `waits until ${until}`
    case 'event':
      return `waits for the event ${wait.name}${wait.key === undefined ? '' : ` with key ${wait.key}`}${atMost}`
    case 'approval':
      return `waits for ${approvers(wait)} to approve or reject “${wait.title}”${atMost}${afterwards(wait)}`
    case 'resume':
      return `waits until its resume URL is called${atMost}`
    case 'items':
      return `waits for its ${wait.count} items`
    case 'iteration':
      return `waits for its pass ${wait.index + 1}`
    case 'child':
      return `waits for its child run ${wait.runId} to end`
    case 'task':
      return `waits for an outside worker that takes tasks from the queue ${wait.queue}${atMost}`
  }
}

type Approval = Extract<Wait, { kind: 'approval' }>

function approvers({ assignees: { users, roles }, escalated }: Approval): string {
  const named = [...users, ...roles.map((role) => `any ${role}`)]
  const who = named.length === 0 ? 'someone' : named.join(' or ')
  return escalated ? `${who}, to whom it was passed on,` : who
}

const CONSEQUENCE = {
  approve: 'it then counts as approved',
  reject: 'it then counts as rejected',
  escalate: 'it is then passed on',
  fail: 'the step then fails',
} as const

const afterwards = ({ dueAt, onTimeout }: Approval): string =>
  dueAt === undefined ? '' : ` (${CONSEQUENCE[onTimeout]})`
