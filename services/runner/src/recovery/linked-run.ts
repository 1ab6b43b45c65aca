import { type Json, MillraceError, type RetryPlan, type RunSeed } from '@millrace/contracts'
import { uuidv7 } from '@millrace/db'
import type { NewRun } from '@millrace/run-store'
import { requestHash } from '../runs/request-hash.js'
import { acceptRun, callerKey, type StartDeps, type Started } from '../runs/start.js'
import { planRecovery, type Recovery, type RecoveryReads, type RetryTarget } from './plan.js'

export interface LinkedRunRequest extends RetryTarget {
  readonly input: Json | undefined
  /** Whether completed writes may happen again. */
  readonly confirm: boolean
  /** Given by the caller, or of our own making. */
  readonly idempotencyKey: string | { readonly own: string } | undefined
}

export interface LinkedRun extends Started {
  readonly plan: RetryPlan
}

/**
 * Makes another run of a finished one, linked to it. It is durable when this resolves (I1).
 * @throws what planRecovery throws, CONFIRM_REQUIRED, IDEMPOTENCY_KEY_REUSED
 */
export const startLinkedRun = async (
  deps: Omit<StartDeps, 'sql'> & RecoveryReads,
  request: LinkedRunRequest,
): Promise<LinkedRun> => {
  const recovery = await planRecovery(deps, request)
  const { plan } = recovery
  if (plan.repeatedWrites.length > 0 && !request.confirm) {
    const paths = plan.repeatedWrites.join(', ')
    throw new MillraceError('CONFIRM_REQUIRED', `These writes would, or may, happen again: ${paths}`, {
      details: { repeatedWrites: plan.repeatedWrites },
    })
  }
  const version = await deps.versions.get(recovery.versionId)
  const started = await acceptRun(deps, version, newRun(request, recovery))
  return { ...started, plan }
}

const newRun = (request: LinkedRunRequest, { past, versionId, planned, undone }: Recovery): NewRun => {
  const { workspaceId, runId, start, version, input, idempotencyKey } = request
  const edited = input !== undefined
  return {
    id: uuidv7(),
    workspaceId,
    workflowId: past.workflowId,
    versionId,
    trigger: past.trigger,
    input: edited ? input : past.input,
    priority: past.priority,
    idempotencyKey: keyOf(idempotencyKey),
    requestHash:
      idempotencyKey === undefined ? null : requestHash({ runId, start, version, input: input ?? null }),
    originRunId: past.id,
    suspect: past.errorCode === 'POISON',
    seed: {
      // With another input, or after an undo, it is another request to the outside; else the same tried again (I5).
      ...(edited || undone ? {} : { keyRunId: past.keyRunId }),
      steps: seedSteps(request, past.id, past.trigger, planned),
    },
  }
}

const keyOf = (key: LinkedRunRequest['idempotencyKey']): string | null => {
  if (key === undefined) return null
  return typeof key === 'string' ? callerKey(key) : key.own
}

const seedSteps = (
  { input }: LinkedRunRequest,
  runId: string,
  trigger: string,
  planned: Recovery['planned'],
): RunSeed['steps'] => {
  const steps: RunSeed['steps'] = {}
  // Conditions on an edited input are worked out anew.
  if (input === undefined && planned.trigger !== undefined)
    steps[trigger] = { runId, taken: [...planned.trigger] }
  for (const { path, taken } of planned.reused)
    steps[path] = taken === undefined ? { runId } : { runId, taken: [...taken] }
  return steps
}
