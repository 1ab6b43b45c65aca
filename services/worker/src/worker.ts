import { setTimeout as delay } from 'node:timers/promises'
import type { NearWorker } from '@millrace/connections'
import { isTerminal, MillraceError, parseJson } from '@millrace/contracts'
import type { EventFeed } from '@millrace/feed'
import type { JobConsumer, JobQueue } from '@millrace/queue'
import { type ClaimedRun, classifyFailure, type RunStore } from '@millrace/run-store'
import type { Capabilities } from './capabilities/capabilities.js'
import { DatabaseClock } from './clock.js'
import { countEvents, type EventMetrics } from './count-events.js'
import { Doorbells } from './doorbells.js'
import { DrainLog } from './drain-log.js'
import { HandedRuns } from './hand-over/handed-runs.js'
import { InboxWatch } from './inbox-watch.js'
import type { IsolatedRuns } from './isolation/isolated-runs.js'
import { playIsolated } from './isolation/play-isolated.js'
import { LeaseKeeper } from './lease.js'
import { Places } from './places/places.js'
import type { PlanCache } from './plan/plan-cache.js'
import { Publisher } from './publisher.js'
import { answerIn } from './run/answer-in.js'
import { claimedState } from './run/claimed-state.js'
import { createSession } from './run/create-session.js'
import { FlushSoon } from './run/flush-soon.js'
import { Pace } from './run/pace.js'
import type { RunSession } from './run/session.js'
import type { HeldRun, SessionEnd, SessionHost } from './run/session-host.js'
import { mustBeAlone } from './run/suspicion.js'
import { mayWait, takeTurn } from './run/take-turn.js'
import { UnplayedRuns } from './run/unplayed-runs.js'
import { TakeOverLog } from './take-over-log.js'
import { Waiters } from './waiters.js'

export interface WorkerDeps {
  readonly store: RunStore
  readonly queue: JobQueue
  readonly feed: EventFeed
  /** Where this worker offers its places to whoever accepts runs in the same process. */
  readonly near: Pick<NearWorker, 'join'>
  readonly plans: PlanCache
  readonly capabilities: Capabilities
  readonly metrics: EventMetrics
  /** Where runs go that have killed two workers (D13). A process that is such a place itself has none. */
  readonly isolated?: IsolatedRuns | undefined
  readonly log: { warn(details: object, message: string): void; info(details: object, message: string): void }
}

export interface WorkerOptions {
  readonly name: string
  readonly leaseMs: number
  /** Runs advancing at the same time, those in express places beside (D11): see `Places`. */
  readonly concurrency: number
  /** Runs held in memory, those whose steps wait on the outside included (D11). */
  readonly maxHeld: number
  /** How long a drain lets steps run on. Milliseconds. */
  readonly graceMs: number
}

/** Between two tries to renew a lease that has lapsed. Milliseconds. */
const RENEW_PAUSE_MS = 250

/**
 * Owns: the runs this process has claimed. A job rings, the claim decides (D11), a session advances the run until
 * it is finished, parked or lost. Does not own: what a run does (its session), who may write (the store's epoch).
 *
 * At most `concurrency` runs advance and at most `maxHeld` are held, a few of other workspaces beside: a full worker
 * stops fetching (D11, I10).
 */
export class Worker {
  readonly #sessions = new Map<string, RunSession>()
  readonly #places: Places
  readonly #pace = new Pace()
  readonly #doorbells: Doorbells
  readonly #clock = new DatabaseClock(0)
  readonly #lease: LeaseKeeper
  readonly #publisher: Publisher
  readonly #unplayed: UnplayedRuns
  readonly #host: SessionHost
  readonly #inboxes: InboxWatch
  readonly #handed: HandedRuns
  readonly #drain: DrainLog
  readonly #takeOvers: TakeOverLog
  readonly #beginning = new Set<string>() // about to have a session
  #consumer: JobConsumer | undefined
  #full = false
  readonly #flushSoon = new FlushSoon()
  #stopping = false
  #unanswered: string[] = [] // doorbells that were heard and not answered, to be rung again
  readonly #whenEmpty = new Waiters()

  constructor(
    private readonly deps: WorkerDeps,
    private readonly options: WorkerOptions,
  ) {
    const { store, feed, log } = deps
    this.#takeOvers = new TakeOverLog(log)
    this.#drain = new DrainLog(log, () => performance.now())
    this.#places = new Places({
      ...options,
      othersWait: store.othersWait,
      now: () => performance.now(),
    })
    this.#doorbells = new Doorbells(deps)
    this.#lease = new LeaseKeeper(store, this.#clock, {
      name: options.name,
      leaseMs: options.leaseMs,
      onError: (error) => log.warn({ err: error }, 'the lease could not be renewed; trying again'),
    })
    this.#publisher = new Publisher(feed, (error) =>
      log.warn({ err: error }, 'events were not published live'),
    )
    this.#unplayed = new UnplayedRuns({
      ...deps,
      clock: this.#clock,
      publisher: this.#publisher,
      stopping: () => this.#stopping,
    })
    this.#host = this.#makeHost()
    this.#inboxes = new InboxWatch({
      ...deps,
      sessions: this.#sessions,
      alsoEachPass: () => this.#doorbells.ring(this.#unanswered.splice(0)),
    })
    this.#handed = this.#makeHanded()
  }

  get held(): number {
    return this.#sessions.size
  }

  async start(): Promise<void> {
    await this.#open()
    this.#consumer = await this.deps.queue.consume((...job) => this.#answer(...job), {
      concurrency: this.options.concurrency,
    })
    await this.#handed.start()
  }

  /** Plays the one run that `claim` takes, and nothing else (D13). Resolves once it is no longer held here. */
  async playAlone(claim: () => Promise<ClaimedRun | null>): Promise<void> {
    await this.#open()
    const run = await claim()
    if (run === null) return
    await this.#places.acquire()
    await this.#adopt(run)
    await this.#emptied()
  }

  async #open(): Promise<void> {
    await this.#lease.start()
    await this.#inboxes.start()
  }

  /**
   * Drains (D12): stops fetching, lets steps end within the grace, hands back what is left and gives the lease up.
   * Runs with a step still executing are released by the lease's end.
   */
  async stop(): Promise<void> {
    if (this.#stopping) return
    this.#stopping = true
    this.#drain.begin(this.#sessions.size, this.options.graceMs)
    this.#inboxes.stop()
    this.#handed.stop()
    // First: nothing starts any more, however long the queue takes to let us go.
    for (const session of [...this.#sessions.values()]) session.drain()
    await this.#consumer?.close()
    await Promise.all([this.#emptied(this.options.graceMs), this.deps.isolated?.stop()])
    const left = [...this.#sessions.keys()]
    for (const session of [...this.#sessions.values()]) session.lose(new Error('the worker stops'))
    this.#inboxes.close()
    await this.#lease.stop()
    this.#handed.close()
    await this.#doorbells.ring([...left, ...this.#unanswered])
    this.#takeOvers.tell()
    this.#drain.over(left.length)
  }

  /** Answers a job: done once the claim is durable, or when there is nothing to claim (D11). */
  async #answer(runId: string, priority = 0): Promise<void> {
    await this.#places.acquire(priority)
    if (this.#stopping || !this.#lease.held) {
      this.#places.release()
      // Somebody else shall hear it: this worker takes nothing any more, or not now.
      this.#unanswered.push(runId)
      return
    }
    const claimed = await this.deps.store.claim(runId).catch((error) => {
      this.deps.log.warn({ err: error, runId }, 'a claim failed; the sweeper rings again')
      return null
    })
    if (claimed !== null) this.#takeOvers.claimed(claimed)
    // The job ends here; the run goes on by itself.
    if (claimed === null) this.#places.release()
    else if (this.deps.isolated !== undefined && mustBeAlone(claimed))
      this.#isolate(claimed, this.deps.isolated)
    else void this.#adopt(claimed)
  }

  #makeHanded(): HandedRuns {
    return new HandedRuns({
      ...this.deps,
      places: this.#places,
      mayTake: () => !this.#stopping && this.#lease.held,
      knows: (runId) => this.#sessions.has(runId) || this.#beginning.has(runId),
      adopt: (run) => void this.#adopt(run),
      giveBack: (run) => void this.#returnHanded(run),
      onError: (error, what) => this.deps.log.warn({ err: error }, `${what} failed`),
    })
  }

  /** D11: what was handed over and has no place here is another worker's. A drain rings for it at its end (D12). */
  async #returnHanded(run: ClaimedRun): Promise<void> {
    if (this.#stopping) return void this.#unanswered.push(run.id)
    await this.#unplayed.giveBack(run)
    await this.#doorbells.ring([run.id])
  }

  #isolate(run: ClaimedRun, isolated: IsolatedRuns): void {
    this.#places.release()
    const stopping = () => this.#stopping
    void playIsolated({ ...this.deps, isolated, unplayed: this.#unplayed, stopping }, run)
  }

  /** A run of ours that has a place. One of a workspace with no other here goes before those that begin by the dozen. */
  async #adopt(run: ClaimedRun): Promise<void> {
    this.#beginning.add(run.id)
    this.#clock.sample(run.now)
    this.#places.entered(run)
    this.#pace.met(run.workspaceId)
    try {
      if (mayWait(run) && (await this.#places.isTooMany(run))) {
        await this.deps.store.returnToBacklog(run)
        return this.#letGo(run)
      }
      if (!this.#places.isOnly(run)) await this.#pace.next()
      // An older epoch of the same run in this process was fenced by this very claim.
      this.#sessions.get(run.id)?.lose(new Error('the run was claimed again'))
      const plan = await this.deps.plans.get(run.versionId)
      const turn = await takeTurn(this.deps.store, run, plan, this.#clock.now())
      if (turn.ring !== null) void this.#doorbells.ringAndNudge(turn.ring)
      // It waits for its turn in the database and not here (D18).
      if (!turn.begins) return this.#letGo(run)
      const state = await claimedState(this.deps.store, run, plan, this.deps.log)
      const session = createSession(run, plan, state, this.#host, this.deps.capabilities)
      this.#sessions.set(run.id, session)
      this.#beginning.delete(run.id)
      this.#throttle()
      await session.begin()
      if (this.#stopping) session.drain()
    } catch (error) {
      const session = this.#sessions.get(run.id)
      if (session === undefined) this.#letGo(run)
      else session.lose(error)
      await this.#unplayed.refuse(run, error)
    }
  }

  /** A run that was claimed and is not played here. */
  #letGo(run: ClaimedRun): void {
    this.#beginning.delete(run.id)
    this.#places.yielded(run)
    this.#places.left(run)
  }

  #makeHost(): SessionHost {
    const { store } = this.deps
    return {
      clock: this.#clock,
      leaseHeld: () => this.#lease.held,
      renewLease: () => this.#renewLease(),
      submit: (unit) => store.submit(unit, this.#places.isOnly(unit) ? 'ahead' : 'in_line'),
      readInbox: async (runId) => (await store.readInbox([runId])).get(runId) ?? [],
      loadPayload: async (run, { key, runId = run.id }) => {
        const body = await this.#untilReachable(() => store.getPayload(run.workspaceId, runId, key))
        if (body === undefined) throw new Error(`payload ${key} of run ${runId} is gone`)
        return parseJson(body)
      },
      readStore: (read) => this.#untilReachable(() => read(store)),
      storePayload: (run, payload) => store.putPayload(run.workspaceId, run.id, payload),
      published: ({ run, plan }, unit, status) => {
        this.#publisher.durable(run.id, run.workspaceId, unit.events, status, answerIn(unit, run, plan))
        if (unit.waits !== undefined) this.#publisher.waiting(run.workspaceId, unit.waits)
        countEvents(this.deps.metrics, plan, unit.events)
        if (unit.children !== undefined) this.deps.metrics.runsAccepted('trigger.call', unit.children.length)
        if (plan.concurrency !== undefined && status !== undefined && isTerminal(status))
          void this.#doorbells.ringAdmitted(run.workflowId)
      },
      yielded: ({ run }) => this.#places.yielded(run),
      ended: (session, how, reason) => void this.#ended(session, how, reason),
      // What a wait meets at its registration is in the inbox by then.
      registered: (session) => this.#inboxes.check(session),
      resumeUrl: this.deps.capabilities.resumeUrl,
      called: (runIds) => void this.#doorbells.ring(runIds),
      resolveCall: (...call) => this.#untilReachable(() => this.deps.capabilities.resolveCall(...call)),
      flushSoon: (session) => this.#flushSoon.add(session),
      unstorable: (session, message) => void this.#failUnstorable(session, message),
      random: Math.random,
    }
  }

  async #renewLease(): Promise<void> {
    while (!this.#stopping && !this.#lease.held) {
      await this.#lease
        .runOnce()
        .catch((error) => this.deps.log.warn({ err: error }, 'the lease is not renewed yet'))
      if (!this.#lease.held) await delay(RENEW_PAUSE_MS)
    }
  }

  /** A read may be sent again for as long as the database is away: that is no fault of the step that reads. */
  async #untilReachable<T>(read: () => Promise<T>): Promise<T> {
    for (;;) {
      try {
        return await read()
      } catch (error) {
        if (this.#stopping || classifyFailure(error) !== 'transient') throw error
        await delay(RENEW_PAUSE_MS)
      }
    }
  }

  async #ended(session: HeldRun, how: SessionEnd, reason: unknown): Promise<void> {
    const { id } = session.run
    this.#drain.ended(how)
    if (this.#sessions.get(id) === session) this.#sessions.delete(id)
    this.#places.left(session.run)
    this.#throttle()
    if (this.#sessions.size === 0) this.#whenEmpty.tell()
    // Their messages are in their inboxes: see the triggers of `runs`.
    if (how === 'finished') await this.#doorbells.ring(session.relatives)
    if (how === 'abandoned') {
      this.deps.log.warn({ err: reason, runId: id }, 'a run cannot go on here; giving it back')
      return this.#unplayed.giveBack(session.run, session.startedAt)
    }
    // D13: we live, so what its new owner took for a crash was only a lost lease.
    if (how === 'fenced') return this.deps.store.forgiveCrash(id).catch(() => undefined)
    if (how === 'handed_back') return this.#doorbells.ring([id])
    // D4: a wake that came while the run was being parked is found by a look after the park has committed.
    if (how === 'parked' && (await this.deps.store.hasInbox([id]).catch(() => new Set())).has(id))
      await this.#answer(id)
  }

  /** D7: what the run wanted to write was refused, so it goes back to its durable state and fails from there. */
  async #failUnstorable({ run, plan }: HeldRun, message: string): Promise<void> {
    await this.#unplayed.fail(run, plan, new MillraceError('UNSTORABLE_OUTPUT', message))
  }

  #throttle(): void {
    const full = this.#sessions.size >= this.options.maxHeld
    if (full === this.#full) return
    this.#full = full
    if (full) void this.#consumer?.pause()
    else if (!this.#stopping) this.#consumer?.resume()
  }

  /** Resolves once no run is held any more, or after the grace, if there is one. */
  async #emptied(graceMs?: number): Promise<void> {
    if (this.#sessions.size > 0) await this.#whenEmpty.next(graceMs)
  }
}
