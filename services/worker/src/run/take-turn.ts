import { MillraceError } from '@millrace/contracts'
import type { Scope } from '@millrace/expressions'
import type { ClaimedRun, RunStore } from '@millrace/run-store'
import type { Plan } from '../plan/plan.js'
import { Unstartable } from '../plan/plan-cache.js'
import { runScope } from './run-scope.js'
import { toStepError } from './step-error.js'

/** Whether a run may begin now. If not it has been given back; `ring` names a run that its claim has brought to its end. */
export type Turn = { readonly begins: boolean; readonly ring: string | null }

/** Whether a run just claimed may as well be claimed later: nobody has woken it, and it is not to be cancelled. */
export const mayWait = (run: ClaimedRun): boolean =>
  run.status === 'running' && !run.inbox.some(({ kind }) => kind === 'cancel')

type TurnStore = Pick<RunStore, 'takeSlot' | 'debounceStart' | 'rateStart'>

const BEGINS: Turn = { begins: true, ring: null }
const GIVEN_BACK: Turn = { begins: false, ring: null }

/**
 * Asks for everything that a run needs before it begins: that it is the last of its debounced starts, that the rate
 * allows it, and one of its workflow's places (D18). Keys are fixed by the first call, and asking again changes nothing.
 * @throws Unstartable when the run is not to wait, has been collapsed, or a key cannot be worked out.
 */
export async function takeTurn(store: TurnStore, run: ClaimedRun, plan: Plan, now: number): Promise<Turn> {
  // A cancel that waits already needs no turn.
  if (run.lastSeq > 0 || run.inbox.some(({ kind }) => kind === 'cancel')) return BEGINS
  const scope = () => ({ ...runScope(run, plan, now), steps: {} })
  const debounced = await debounce(store, run, plan, scope)
  if (!debounced.begins) return debounced
  const { ring } = debounced
  if (!(await withinRate(store, run, plan, scope))) return { begins: false, ring }
  const place = await takePlace(store, run, plan, scope)
  return { begins: place.begins, ring: ring ?? place.ring }
}

type MakeScope = () => Scope

/** Only what comes from outside: a caller waits for its own run, and whoever asks for a retry means it. */
async function debounce(store: TurnStore, run: ClaimedRun, plan: Plan, scope: MakeScope): Promise<Turn> {
  const { debounce: policy } = plan
  if (policy === undefined || isTest(plan) || run.parentRunId !== null || run.originRunId !== null)
    return BEGINS
  const key = await keyOf(policy, scope)
  const answer = await store.debounceStart(run, { ...policy, key })
  if (answer.kind === 'fenced') return GIVEN_BACK
  if (answer.kind === 'superseded')
    throw new Unstartable('DEBOUNCED', undefined, { details: { runId: answer.by } })
  return { begins: answer.kind === 'due', ring: answer.collapsed }
}

async function withinRate(store: TurnStore, run: ClaimedRun, plan: Plan, scope: MakeScope): Promise<boolean> {
  const { rateLimit } = plan
  if (rateLimit === undefined || isTest(plan)) return true
  const key = await keyOf(rateLimit, scope)
  const { kind } = await store.rateStart(run, { ...rateLimit, key })
  if (kind === 'rejected')
    throw new Unstartable('RATE_LIMITED', 'settings.rateLimit: too many runs have begun')
  return kind === 'due'
}

async function takePlace(store: TurnStore, run: ClaimedRun, plan: Plan, scope: MakeScope): Promise<Turn> {
  const { concurrency } = plan
  if (concurrency === undefined) return BEGINS
  const { limit, whenFull } = concurrency
  const key = await keyOf(concurrency, scope)
  const answer = await store.takeSlot(run, { key, limit, whenFull })
  if (answer.kind === 'rejected') throw new Unstartable('CONCURRENCY_LIMIT')
  return { begins: answer.kind === 'held', ring: answer.kind === 'blocked' ? answer.superseded : null }
}

const keyOf = (policy: { key(scope: Scope): Promise<string> }, scope: MakeScope): Promise<string> =>
  policy.key(scope()).catch((error) => {
    // Its message names the place.
    const code = error instanceof MillraceError ? error.code : 'EXPRESSION_FAILED'
    throw new Unstartable(code, toStepError(error).message)
  })

/** Whoever tries a draft wants to see it run. */
const isTest = (plan: Plan): boolean => plan.workflow.version === null
