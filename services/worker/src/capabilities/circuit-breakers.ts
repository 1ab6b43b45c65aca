import { MillraceError } from '@millrace/contracts'

/**
 * Owns: a circuit for each workspace, credential and upstream of this worker. One that fails again and again is left alone for a
 * while, so that it can recover and no attempts are used up on it; then one call tries it.
 * Does not own: what a step does about it. CIRCUIT_OPEN uses up no attempt; the step tries again later.
 *
 * 1. Upstreams of different workspaces have different circuits, even of the same name (I9); so have those called with
 *    different credentials, since it may be the credential that does not work.
 * 2. Bounded: the circuit least lately used goes first (I10).
 * 3. An open circuit is tried by one call at a time. Whoever comes meanwhile is refused, and holds no place of the worker while
 *    it waits.
 */
export interface CircuitOptions {
  /** Failures in a row that open a circuit; default 10. */
  readonly failures?: number
  /** Milliseconds it stays open before a call tries; default 10,000. */
  readonly openMs?: number
  /** Milliseconds, monotonic. */
  readonly now?: () => number
}

interface Circuit {
  /** In a row. */
  failures: number
  /** When it opened last; undefined while it is closed. */
  openedAt: number | undefined
  /** When the call that tries it began. */
  triedAt: number | undefined
}

const MAX_CIRCUITS = 2_000
/** Milliseconds until the next look at an upstream that a call is just trying. */
const LOOK_AGAIN_MS = 1_000
/** The upstream's own failures, unless no other try mends them. */
const UPSTREAM_FAILURES: ReadonlySet<string> = new Set([
  'HTTP_FAILED',
  'DATABASE_UNREACHABLE',
  'STEP_TIMEOUT',
])
/** It has answered, only not as we would have it. */
const ANSWERS: ReadonlySet<string> = new Set([
  'HTTP_FAILED',
  'HTTP_RESPONSE_TOO_LARGE',
  'OUTPUT_TOO_LARGE',
  'QUERY_FAILED',
  'QUERY_WRITES',
])

/** What a circuit is of. */
export interface CircuitPlace {
  readonly workspaceId: string
  /** Name of the credential the call is made with. */
  readonly credential: string | undefined
  /** Host and port. */
  readonly upstream: string
}

/** What the end of a call says about its upstream. A cancel, or what we refuse ourselves, says nothing. */
type Verdict = 'works' | 'fails' | 'nothing'

export class CircuitBreakers {
  readonly #options: Required<CircuitOptions>
  readonly #circuits = new Map<string, Circuit>()
  /** Calls that were not made because their circuit was open. */
  rejected = 0

  constructor({ failures = 10, openMs = 10_000, now = () => performance.now() }: CircuitOptions = {}) {
    this.#options = { failures, openMs, now }
  }

  /** Circuits that are open now. */
  get open(): number {
    return [...this.#circuits.values()].filter(({ openedAt }) => openedAt !== undefined).length
  }

  /**
   * Makes a call unless its upstream's circuit is open. `failed` tells answers that count as failures; they are
   * returned all the same. @throws MillraceError CIRCUIT_OPEN, which says after how many milliseconds to try again; what
   * the call throws.
   */
  async call<T>(
    place: CircuitPlace,
    make: () => Promise<T>,
    failed: (answer: T) => boolean = () => false,
  ): Promise<T> {
    const { workspaceId, credential, upstream } = place
    const circuit = this.#circuitOf(JSON.stringify([workspaceId, credential, upstream]))
    const waitMs = this.#waitMs(circuit)
    if (waitMs > 0) throw this.#refusal(place, waitMs)
    const tries = circuit.openedAt !== undefined
    if (tries) circuit.triedAt = this.#options.now()
    try {
      const answer = await make()
      this.#note(circuit, tries, failed(answer) ? 'fails' : 'works')
      return answer
    } catch (error) {
      this.#note(circuit, tries, verdictOf(error))
      throw error
    }
  }

  /** Milliseconds until the next look; 0: the call may be made. */
  #waitMs({ openedAt, triedAt }: Circuit): number {
    if (openedAt === undefined) return 0
    const { openMs, now } = this.#options
    const opensIn = openedAt + openMs - now()
    if (opensIn > 0 || triedAt === undefined) return Math.max(0, Math.ceil(opensIn))
    // A call may take hours, such as a long statement: after a while another one may try beside it.
    const since = now() - triedAt
    return since >= openMs ? 0 : Math.ceil(Math.min(Math.max(since, LOOK_AGAIN_MS), openMs - since))
  }

  #refusal({ credential, upstream }: CircuitPlace, retryAfterMs: number): MillraceError {
    this.rejected++
    const { failures } = this.#options
    const by = credential === undefined ? '' : ` with the credential ${credential}`
    const message = `${upstream} has failed ${failures} times in a row${by}, and is left alone for a while: nothing was sent`
    const details = { upstream, ...(credential === undefined ? {} : { credential }) }
    return new MillraceError('CIRCUIT_OPEN', message, { retryAfterMs, details })
  }

  /** Once it is open, only the calls that try it tell whether it stays so: others left before. */
  #note(circuit: Circuit, tries: boolean, verdict: Verdict): void {
    if (circuit.openedAt !== undefined && !tries) return
    if (verdict === 'works') {
      circuit.failures = 0
      circuit.openedAt = undefined
    } else if (verdict === 'fails') {
      circuit.failures++
      if (tries || circuit.failures >= this.#options.failures) circuit.openedAt = this.#options.now()
    }
    if (tries) circuit.triedAt = undefined
  }

  #circuitOf(key: string): Circuit {
    const circuit = this.#circuits.get(key) ?? { failures: 0, openedAt: undefined, triedAt: undefined }
    this.#circuits.delete(key)
    this.#circuits.set(key, circuit)
    if (this.#circuits.size > MAX_CIRCUITS) {
      const oldest = this.#circuits.keys().next()
      if (!oldest.done) this.#circuits.delete(oldest.value)
    }
    return circuit
  }
}

function verdictOf(error: unknown): Verdict {
  if (!(error instanceof MillraceError)) return 'nothing'
  if (UPSTREAM_FAILURES.has(error.code) && error.extras.details?.['retryable'] !== false) return 'fails'
  return ANSWERS.has(error.code) ? 'works' : 'nothing'
}
