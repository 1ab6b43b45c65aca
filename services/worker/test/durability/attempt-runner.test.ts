import { definition, MillraceError } from '@millrace/contracts'
import { createRunState } from '@millrace/engine'
import { waitFor } from '@millrace/testkit'
import { beforeEach, describe, expect, it } from 'vitest'
import type { Capabilities } from '../../src/capabilities/capabilities.js'
import { CircuitBreakers } from '../../src/capabilities/circuit-breakers.js'
import { compilePlan } from '../../src/plan/plan.js'
import { AttemptRunner } from '../../src/run/attempt-runner.js'
import { DurabilityBarrier } from '../../src/run/barrier.js'
import { RunScopes } from '../../src/run/scopes.js'
import type { StepOutcome } from '../../src/run/step-executor.js'

/** start ─▶ pay: a POST that asks for its credential first */
const PLAN = compilePlan({
  versionId: 'v1',
  workflowId: 'flow',
  name: 'flow',
  number: 1,
  definition: definition.parse({
    format: 'millrace/v1',
    name: 'flow',
    nodes: [
      { id: 'start', type: 'trigger.manual' },
      {
        id: 'pay',
        type: 'http.request',
        params: { method: 'POST', url: 'https://pay.example', auth: { credential: 'key' } },
      },
    ],
    edges: [{ from: 'start', to: 'pay' }],
  }),
})
const PAY = { path: 'pay', node: 1, attempt: 1, after: 3 }

/** What the attempt did, in order. */
let did: string[]
let owned: (() => Promise<void> | undefined)[]
let give: () => void
let outcomes: StepOutcome[]
let runner: AttemptRunner

beforeEach(() => {
  did = []
  owned = []
  outcomes = []
  const credential = new Promise<void>((resolve) => {
    give = resolve
  })
  const capabilities = {
    circuits: new CircuitBreakers(),
    credential: async () => {
      did.push('asked')
      await credential
      return { type: 'bearer', data: { token: 't' } }
    },
    // Heedless of its signal: what is looked at here is what comes before.
    http: {
      request: async () => {
        did.push('sent')
        return { status: 200, headers: {}, body: Buffer.from('{}'), url: 'https://pay.example' }
      },
    },
  } as unknown as Capabilities
  const state = createRunState(PLAN.graph, { trigger: 'start', input: null })
  const base = { trigger: null, run: { id: 'r', workflowId: 'flow', startedAt: '' }, workflow: PLAN.workflow }
  const scopes = new RunScopes(
    state,
    { ...base, vars: {} } as ConstructorParameters<typeof RunScopes>[1],
    async () => null,
    () => undefined,
    {} as ConstructorParameters<typeof RunScopes>[4],
  )
  const identity = { runId: 'r', workspaceId: 'w', workflowId: 'flow', keyRunId: 'r', trigger: null }
  runner = new AttemptRunner(PLAN, scopes, new DurabilityBarrier(3), identity, capabilities, {
    logged: () => {},
    ended: (_, outcome) => void outcomes.push(outcome),
    careful: () => false,
    blockedOn: () => {},
    goingOutside: () => {},
    owned: () => owned.shift()?.(),
  })
})

const fenced = () => Promise.reject(new MillraceError('WORKER_LOST', 'fenced'))
const untilAsked = () => waitFor(() => did.includes('asked'), { what: 'the credential to be asked for' })
/** Everything that has no more to wait for has happened. */
const settled = () => new Promise((resolve) => setImmediate(resolve))

describe('an attempt (D9)', () => {
  it('goes outside while its run is ours', async () => {
    runner.start(PAY)
    give()
    await waitFor(() => outcomes.length > 0, { what: 'its end' })
    expect(did).toEqual(['asked', 'sent'])
    expect(outcomes).toMatchObject([{ kind: 'completed' }])
  })

  it('does nothing before the run is known to be ours', async () => {
    owned = [fenced]
    runner.start(PAY)
    await waitFor(() => outcomes.length > 0, { what: 'its end' })
    expect(did).toEqual([])
    expect(outcomes).toMatchObject([{ kind: 'errored', error: { code: 'WORKER_LOST' } }])
  })

  it('is looked at once more right before anything leaves', async () => {
    owned = [() => undefined, fenced]
    runner.start(PAY)
    give()
    await waitFor(() => outcomes.length > 0, { what: 'its end' })
    expect(did).toEqual(['asked'])
    expect(outcomes).toMatchObject([{ kind: 'errored', error: { code: 'WORKER_LOST' } }])
  })

  it('has no use of its context any more once it is given up, whatever it still does', async () => {
    runner.start(PAY)
    await untilAsked()
    runner.forgetAll(new MillraceError('WORKER_LOST', 'taken over'))
    give()
    await settled()
    expect(did).toEqual(['asked'])
    expect(outcomes).toEqual([])
  })

  it('has none either when another attempt of its step has begun', async () => {
    runner.start(PAY)
    await untilAsked()
    runner.forget('pay', 1)
    owned = [fenced]
    runner.start({ ...PAY, attempt: 2 })
    give()
    await waitFor(() => outcomes.length > 0, { what: 'the end of the second' })
    await settled()
    expect(did).toEqual(['asked'])
  })
})
