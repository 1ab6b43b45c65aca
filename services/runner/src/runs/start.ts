import type { PlaceOffer } from '@millrace/connections'
import { MillraceError, type startRunBody } from '@millrace/contracts'
import { type Sql, uuidv7 } from '@millrace/db'
import type { AcceptResult, NewRun } from '@millrace/run-store'
import { markRun } from '@millrace/telemetry'
import type { z } from 'zod'
import type { VersionFacts, Versions } from '../published/versions.js'
import { resolveVersion } from '../published/workflows.js'
import type { Admission } from './admission.js'
import type { Enqueuer } from './enqueuer.js'
import { startHash } from './request-hash.js'
import { type PlaceStore, reservePlace } from './reserve-place.js'

export interface StartDeps {
  readonly sql: Sql
  readonly versions: Versions
  readonly accept: (run: NewRun) => Promise<AcceptResult>
  readonly places: PlaceStore
  readonly admission: Admission
  readonly enqueuer: Enqueuer
  readonly handOver: PlaceOffer
  readonly onAccepted: (triggerType: string) => void
}

export interface StartRequest {
  readonly workspaceId: string
  /** The user who asks for it. */
  readonly startedBy: string
  readonly idempotencyKey: string | undefined
  readonly body: z.output<typeof startRunBody>
}

export interface Started {
  readonly runId: string
  /** True when the idempotency key had made this run before. */
  readonly replayed: boolean
}

/**
 * Starts a run by hand. It is durable when this resolves (I1).
 * @throws NOT_FOUND, NOT_PUBLISHED, NO_SUCH_TRIGGER, IDEMPOTENCY_KEY_REUSED
 */
export const startRun = async (deps: StartDeps, request: StartRequest): Promise<Started> => {
  const { workspaceId, startedBy, body, idempotencyKey } = request
  const versionId = await resolveVersion(deps.sql, workspaceId, body.workflow, body.version)
  const version = await deps.versions.get(versionId)
  const trigger = chooseTrigger(version, body.trigger)
  return await acceptRun(deps, version, {
    id: uuidv7(),
    workspaceId,
    startedBy,
    workflowId: version.workflowId,
    versionId,
    trigger,
    input: body.input ?? null,
    priority: body.priority ?? version.priority,
    idempotencyKey: idempotencyKey === undefined ? null : callerKey(idempotencyKey),
    requestHash: idempotencyKey === undefined ? null : startHash(body),
  })
}

export type AcceptDeps = Pick<
  StartDeps,
  'accept' | 'places' | 'admission' | 'enqueuer' | 'handOver' | 'onAccepted'
>

/**
 * Accepts, then hands the run to a worker that has a place for it, or rings, unless the run is to wait in the backlog.
 * Neither is waited for: what is lost on the way is found by the worker or rung again by the sweeper (I1).
 * @throws IDEMPOTENCY_KEY_REUSED, CONCURRENCY_LIMIT, RATE_LIMITED
 */
export const acceptRun = async (deps: AcceptDeps, version: VersionFacts, run: NewRun): Promise<Started> => {
  await reservePlace(deps.places, version, run)
  markRun(run.id, 'accepting')
  const result = await acceptOnTheWay(deps, version, run)
  if (result.kind !== 'accepted' && version.refusing !== undefined) await deps.places.dropReservation(run.id)
  if (result.kind === 'key_reused') {
    throw new MillraceError('IDEMPOTENCY_KEY_REUSED', undefined, { details: { runId: result.runId } })
  }
  if (result.kind === 'accepted') deps.onAccepted(version.triggers.get(run.trigger) ?? 'unknown')
  return { runId: result.runId, replayed: result.kind === 'replayed' }
}

/** A run whose workspace waits in the backlog overtakes nobody, and one that needs a turn takes it at its claim (D18, D19). */
const acceptOnTheWay = async (
  deps: AcceptDeps,
  version: VersionFacts,
  run: NewRun,
): Promise<AcceptResult> => {
  const atOnce = beginsAtOnce(version, run) && !deps.admission.isFull(run.workspaceId)
  const place = atOnce ? deps.handOver.reserve(run) : undefined
  if (place === undefined) return await acceptAndRing(deps, run)
  const result = await deps.accept({ ...run, claimFor: place.workerId }).catch((error) => {
    place.release()
    throw error
  })
  markRun(run.id, 'accepted')
  if (result.kind === 'accepted' && result.claimed !== undefined) {
    place.take(result.claimed)
    return result
  }
  place.release()
  const priority = deps.admission.admit(run.workspaceId, run.priority)
  deps.enqueuer.ring({ runId: result.runId, ...(priority === undefined ? {} : { priority }) })
  return result
}

const acceptAndRing = async (
  { admission, accept, enqueuer }: AcceptDeps,
  run: NewRun,
): Promise<AcceptResult> => {
  const priority = admission.admit(run.workspaceId, run.priority)
  const result = await accept(priority === undefined ? { ...run, backlog: true } : run)
  markRun(run.id, 'accepted')
  if (priority !== undefined) enqueuer.ring({ runId: result.runId, priority })
  return result
}

const beginsAtOnce = (version: VersionFacts, run: NewRun): boolean =>
  version.startsFreely &&
  run.seed === undefined &&
  run.originRunId === undefined &&
  run.parentRunId === undefined &&
  run.suspect !== true

const OUR_KEYS = /^(tick|webhook|event|failure|bulk|redrive|undo):/

/** Keys of ticks, deliveries, events and the like are made here; a caller who could make one could keep a tick from firing (I6). */
export const callerKey = (key: string): string => {
  const [prefix] = OUR_KEYS.exec(key) ?? []
  if (prefix === undefined) return key
  throw new MillraceError('INVALID_REQUEST', `Idempotency-Key may not begin with ${prefix}`)
}

const chooseTrigger = (version: VersionFacts, wanted: string | undefined): string => {
  if (wanted !== undefined && version.triggers.has(wanted)) return wanted
  for (const [id, type] of version.triggers) {
    if (wanted === undefined && type === 'trigger.manual') return id
  }
  throw new MillraceError(
    'NO_SUCH_TRIGGER',
    wanted === undefined ? 'The version has no manual trigger' : `The version has no trigger ${wanted}`,
  )
}
