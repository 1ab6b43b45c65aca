import { MillraceError, type startTestRunBody } from '@millrace/contracts'
import { uuidv7 } from '@millrace/db'
import type { PastRun, RunReads } from '@millrace/run-store'
import type { z } from 'zod'
import { noSuchRun } from '../runs/params.js'
import { requestHash, startHash } from '../runs/request-hash.js'
import { acceptRun, callerKey, type StartDeps, type Started } from '../runs/start.js'
import { type DraftPart, readDraftPart } from './draft.js'
import { chooseTrigger, planPath, planStep, type Sample, type TestPlan } from './plan.js'
import { takeSnapshot } from './snapshot.js'

export interface TestRunDeps extends StartDeps {
  readonly store: Pick<RunReads, 'getPastRun' | 'getStepOutcomes'>
}

export interface TestRunRequest {
  readonly workspaceId: string
  readonly userId: string
  readonly body: z.output<typeof startTestRunBody>
  readonly idempotencyKey: string | undefined
}

/**
 * Runs the stored draft, or a part of it, on the same spine as any run. It is durable when this resolves (I1).
 * @throws what readDraftPart throws, NO_SUCH_TRIGGER, NO_SAMPLE, IDEMPOTENCY_KEY_REUSED
 */
export const startTestRun = async (deps: TestRunDeps, request: TestRunRequest): Promise<Started> => {
  const { workspaceId, userId, body, idempotencyKey } = request
  const { workflow, draftRevision: revision, target } = body
  const part = await readDraftPart(deps.sql, { workspaceId, workflow, revision, target })
  const sample = await readSample(deps, workspaceId, part.workflowId, body.sample)
  const trigger = chooseTrigger(part.definition, body.trigger, sample?.trigger)
  const plan = await planTest(deps, request, part, trigger, sample)
  const versionId = await takeSnapshot(
    deps.sql,
    { workspaceId, workflowId: part.workflowId, userId },
    plan.definition,
  )
  const version = await deps.versions.get(versionId)
  return await acceptRun(deps, version, {
    id: uuidv7(),
    workspaceId,
    workflowId: part.workflowId,
    versionId,
    trigger,
    input: body.input ?? (sample?.trigger === trigger ? sample.input : null),
    priority: version.priority,
    idempotencyKey: idempotencyKey === undefined ? null : callerKey(idempotencyKey),
    requestHash: idempotencyKey === undefined ? null : hashOf(body),
    seed: { steps: plan.steps },
  })
}

/** Where a sample is named, no input is the sample's: another one than `null`. */
const hashOf = (body: TestRunRequest['body']): string =>
  body.sample === undefined ? startHash(body) : requestHash(body)

const readSample = async (
  { store }: TestRunDeps,
  workspaceId: string,
  workflowId: string,
  runId: string | undefined,
): Promise<PastRun | undefined> => {
  if (runId === undefined) return undefined
  const past = await store.getPastRun(workspaceId, runId)
  if (past === null) throw noSuchRun()
  if (past.workflowId !== workflowId)
    throw new MillraceError('INVALID_REQUEST', 'sample is a run of another workflow')
  return past
}

const planTest = async (
  { store }: TestRunDeps,
  { workspaceId, body }: TestRunRequest,
  part: DraftPart,
  trigger: string,
  sample: PastRun | undefined,
): Promise<TestPlan> => {
  const { target } = body
  const pins = new Map(Object.entries(body.pins))
  if (target === undefined || body.scope === 'path') return planPath(part, trigger, pins)
  const outcomes = sample === undefined ? [] : await store.getStepOutcomes(workspaceId, sample.id)
  const known: Sample | undefined = sample && {
    runId: sample.id,
    steps: new Set(outcomes.map(({ path }) => path)),
  }
  return planStep(part, target, trigger, pins, known)
}
