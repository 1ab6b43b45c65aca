import { type Json, MillraceError, refuseUnstorable } from '@millrace/contracts'
import type { NodeContext } from '@millrace/nodes'
import type { Capabilities } from '../capabilities/capabilities.js'
import type { Plan } from '../plan/plan.js'
import { AttemptTimer } from './attempt-timer.js'
import type { DurabilityBarrier } from './barrier.js'
import { httpCall } from './http-call.js'
import { LiveAttempt } from './live-attempt.js'
import type { RunScope } from './scope.js'
import type { RunScopes } from './scopes.js'
import { toStepError } from './step-error.js'
import { executeStep, type PreparedStep, prepareStep, type StepOutcome } from './step-executor.js'

export interface AttemptRequest {
  readonly path: string
  readonly node: number
  readonly attempt: number
  /** Durable before a write step starts (the barrier). */
  readonly after: number
}

/** What an attempt tells its run. */
export interface AttemptEvents {
  logged(
    request: AttemptRequest,
    level: 'debug' | 'info' | 'warn' | 'error',
    message: string,
    data?: Json,
  ): void
  ended(request: AttemptRequest, outcome: StepOutcome): void
  /** Whether every step waits until its start is durable, whatever its effect (D13). */
  careful(): boolean
  /** The attempt waits on the durability of what came before it. */
  blockedOn(seq: number): void
  /** It is about to wait on something outside of this process. */
  goingOutside(): void
  /** Undefined while the lease is good; else settles once the run is known to be ours still, or never. */
  owned(): Promise<void> | undefined
}

export interface AttemptIdentity {
  readonly runId: string
  readonly workspaceId: string
  readonly workflowId: string
  /** Root of idempotency keys: the run itself, or the run it retries. */
  readonly keyRunId: string
  readonly trigger: Json
}

/**
 * Owns: the attempts of one run that are in flight, and the right of each to use its context: `ctx` is revoked
 * when the attempt ends, is aborted or is lost (D9).
 */
export class AttemptRunner {
  readonly #live = new Map<string, LiveAttempt>()

  constructor(
    private readonly plan: Plan,
    private readonly scopes: RunScopes,
    private readonly barrier: DurabilityBarrier,
    private readonly identity: AttemptIdentity,
    private readonly capabilities: Capabilities,
    private readonly events: AttemptEvents,
  ) {}

  get inFlight(): number {
    return this.#live.size
  }

  /** Starts the attempt in a later microtask: a chain of pure steps must not grow the stack. */
  start(request: AttemptRequest): void {
    const live = new LiveAttempt(request.attempt)
    this.#live.set(request.path, live)
    void this.#run(request, live).then((outcome) => {
      if (this.#live.get(request.path) !== live) return // aborted, or lost with its run
      this.#live.delete(request.path)
      this.events.ended(request, outcome)
    })
  }

  /** Asks the attempt to stop; `forget` gives it up at once, whatever it still does goes nowhere. */
  abort(path: string, attempt: number, reason: unknown): void {
    const live = this.#live.get(path)
    if (live?.attempt === attempt) live.abort(reason)
  }

  forget(path: string, attempt: number): void {
    if (this.#live.get(path)?.attempt === attempt) this.#live.delete(path)
  }

  has(path: string, attempt: number): boolean {
    return this.#live.get(path)?.attempt === attempt
  }

  /** The run is lost to this worker: abort everything and hear nothing more of it. */
  forgetAll(reason: unknown): void {
    const all = [...this.#live.values()]
    this.#live.clear()
    for (const live of all) live.abort(reason)
  }

  async #run(request: AttemptRequest, live: LiveAttempt): Promise<StepOutcome> {
    const node = this.plan.nodes[request.node]
    const declared = this.plan.graph.nodes[request.node]
    if (node === undefined || declared === undefined)
      throw new Error(`no node ${request.node} in this version`)
    const scope = this.scopes.at(request.path)
    try {
      // Even working out its params may kill us.
      if (this.events.careful()) await this.#untilDurable(request.after)
      const prepared = await prepareStep(node, scope)
      await this.#permit(request, prepared, declared.onCrash)
      const { timeoutMs } = declared
      if (timeoutMs !== undefined)
        live.timer = new AttemptTimer(timeoutMs, () => live.abort(timeoutError(timeoutMs)))
      return await executeStep(
        this.plan,
        request.node,
        prepared,
        this.#context(request, live, scope),
        scope,
        live,
        timeoutMs,
      )
    } catch (error) {
      return { kind: 'errored', error: toStepError(error) }
    } finally {
      live.timer?.stop()
    }
  }

  /** The barrier, and the lease's deadline (D9): the last checks before a step may touch anything. */
  async #permit(request: AttemptRequest, prepared: PreparedStep, onCrash: 'retry' | 'fail'): Promise<void> {
    if (prepared.effect === 'write' || onCrash === 'fail') await this.#untilDurable(request.after)
    await this.events.owned()
    if (prepared.effect !== 'pure') this.events.goingOutside()
  }

  async #untilDurable(seq: number): Promise<void> {
    if (this.barrier.passed(seq)) return
    this.events.blockedOn(seq)
    await this.barrier.reached(seq)
  }

  #context(request: AttemptRequest, live: LiveAttempt, scope: RunScope): NodeContext {
    const timeoutMs = this.plan.graph.nodes[request.node]?.timeoutMs
    const { capabilities, identity, scopes } = this
    const { workspaceId } = identity
    const granted = () => {
      if (this.#live.get(request.path) !== live)
        throw new MillraceError('WORKER_LOST', 'this attempt is over')
    }
    /** The last check, right before anything leaves (D9). */
    const permit = async () => {
      await this.events.owned()
      granted()
    }
    const log: NodeContext['log'] = (level, message, data) => {
      granted()
      this.events.logged(request, level, message, data)
    }
    return {
      get signal() {
        return live.signal
      },
      idempotencyKey: `${identity.keyRunId}:${request.path}`,
      trigger: identity.trigger,
      get inputs() {
        return scopes.inputsAt(request.path)
      },
      get readable() {
        return scopes.readableAt(request.path)
      },
      log,
      http: async ({ credential, ...call }) => {
        await permit()
        return capabilities.circuits.call(
          { workspaceId, credential, upstream: hostOf(call.url) },
          () => capabilities.http.request(httpCall(call, timeoutMs, live.signal)),
          ({ status }) => status >= 500,
        )
      },
      sql: async (credential, statement, params, { readOnly }) => {
        granted()
        const secret = await capabilities.credential(workspaceId, credential)
        if (secret.type !== 'postgres') {
          throw new MillraceError('CREDENTIAL_NOT_FOUND', `credential ${credential} is not of type postgres`)
        }
        const { url } = secret.data
        const user = { workspaceId, workflowId: identity.workflowId, credential }
        const { signal } = live
        return capabilities.circuits.call({ workspaceId, credential, upstream: hostOf(url) }, () =>
          capabilities.sql.query({ url, user, statement, params, readOnly, signal, permit }),
        )
      },
      script: async (code, globals) => {
        granted()
        this.events.goingOutside()
        // Waiting for its turn is not the script's time.
        live.timer?.pause()
        return await capabilities.script.run({
          ...{ owner: workspaceId, code, globals, signal: live.signal },
          started: () => live.timer?.resume(),
          log: ({ level, message }) => {
            if (this.#live.get(request.path) === live) this.events.logged(request, level, message)
          },
        })
      },
      evaluate: async (source, extra) => {
        return capabilities.evaluate(source, { ...scope.view, ...extra }, (text) => live.note(text, log))
      },
      publish: async (event) => {
        refuseUnstorable(event, 'the event')
        await permit()
        return capabilities.publishEvent(identity, `${identity.keyRunId}:${request.path}`, event)
      },
      credential: async (name) => {
        granted()
        return capabilities.credential(workspaceId, name)
      },
    }
  }
}

/** Host and port alone: the rest of a URL may hold secrets (I8). */
const hostOf = (url: string): string => (URL.canParse(url) ? new URL(url).host : 'an invalid URL')

const timeoutError = (timeoutMs: number): MillraceError =>
  new MillraceError('STEP_TIMEOUT', `the attempt took longer than its timeout of ${timeoutMs} ms`)
