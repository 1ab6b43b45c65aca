import type { RunEvent } from '@millrace/contracts'
import type { NodeResponse } from '@millrace/nodes'
import type { ClaimedRun } from '@millrace/run-store'
import type { Plan } from '../plan/plan.js'
import type { OutcomeContext } from './outcome-context.js'
import type { PendingWrites } from './pending-writes.js'
import type { RunScopes } from './scopes.js'
import type { SessionHost } from './session-host.js'

type Host = Pick<SessionHost, 'clock' | 'random' | 'storePayload' | 'resolveCall'>

/**
 * Owns: whether the run has answered its caller, which only its first response does, and whether one is there. Makes what
 * working out the end of an attempt needs of the run.
 */
export class OutcomeContexts {
  #responded: boolean
  /** Who waits for the answer, as far as is known: whoever goes says so, unless its process dies. */
  #callers: number

  constructor(
    private readonly run: ClaimedRun,
    private readonly plan: Plan,
    private readonly scopes: RunScopes,
    private readonly writes: PendingWrites,
    private readonly host: Host,
  ) {
    this.#responded = run.snapshot?.responded ?? false
    this.#callers = callersAtFirst(run, plan)
    for (const event of run.events) this.observe(event)
  }

  callersChanged(change: number): void {
    this.#callers += change
  }

  /** To be told of every event of the run. */
  observe(event: RunEvent): void {
    if (event.type !== 'step_succeeded' || this.#responded) return
    const node = this.plan.graph.nodeAt(event.path)
    this.#responded = node !== undefined && this.plan.graph.nodes[node]?.type === 'http.respond'
  }

  /** Of the step at this path, at this moment. */
  of(path: string): OutcomeContext {
    const { run, plan, scopes, writes, host } = this
    return {
      runId: run.id,
      plan,
      scope: scopes.at(path),
      epoch: run.epoch,
      now: host.clock.now(),
      random: host.random(),
      storePayload: (row) => host.storePayload(run, row),
      prepareWait: (row) => writes.prepareWait(row),
      prepareChild: (row) => writes.prepareChild(row),
      resolveCall: (workflow, version) => host.resolveCall(run, workflow, version),
      claimResponse: (response) => this.#claimResponse(response),
    }
  }

  #claimResponse(response: NodeResponse): boolean {
    if (this.#responded) return false
    this.#responded = true
    // Stored in any case: whoever sends the same delivery again is given it.
    this.writes.respond(response)
    return this.#callers > 0
  }
}

/** Only the run that a webhook starts itself has somebody waiting, not one that is made of it. */
const callersAtFirst = ({ trigger, originRunId }: ClaimedRun, { definition }: Plan): number => {
  const params = definition.nodes.find(({ id }) => id === trigger)?.params
  return originRunId === null && params?.['respond'] === 'result' ? 1 : 0
}
