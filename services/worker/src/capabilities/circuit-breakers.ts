import { MillraceError } from '@millrace/contracts'
import {
  BrokenCircuitError,
  CircuitState,
  ConsecutiveBreaker,
  circuitBreaker,
  handleWhen,
  type IPolicy,
} from 'cockatiel'

/**
 * Owns: a circuit for each workspace, credential and upstream of this worker. One that fails again and again is left alone for a
 * while, so that it can recover and no attempts are used up on it; then one call tries it.
 * Does not own: what a step does about it. CIRCUIT_OPEN uses up no attempt; the step tries again later.
 *
 * 1. Upstreams of different workspaces have different circuits, even of the same name (I9); so have those called with
 *    different credentials, since it may be the credential that does not work.
 * 2. Bounded: the circuit least lately used goes first (I10).
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
  readonly policy: IPolicy & { readonly state: CircuitState }
  openedAt: number
}

const MAX_CIRCUITS = 2_000
/** The upstream's own failures; what we refuse, a mistake that no other try mends, or a cancel says nothing about it. */
const UPSTREAM_FAILURES: ReadonlySet<string> = new Set([
  'HTTP_FAILED',
  'DATABASE_UNREACHABLE',
  'STEP_TIMEOUT',
])
/** An answer that was given, and counts as a failure. */
class FailedAnswer<T> extends Error {
  constructor(readonly answer: T) {
    super('the upstream answered with an error')
  }
}

/** What a circuit is of. */
export interface CircuitPlace {
  readonly workspaceId: string
  /** Name of the credential the call is made with. */
  readonly credential: string | undefined
  /** Host and port. */
  readonly upstream: string
}

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
    return [...this.#circuits.values()].filter(({ policy }) => policy.state === CircuitState.Open).length
  }

  /**
   * Makes a call unless its upstream's circuit is open. `failed` tells answers that count as failures; they are
   * returned all the same. @throws MillraceError CIRCUIT_OPEN; what the call throws.
   */
  async call<T>(
    { workspaceId, credential, upstream }: CircuitPlace,
    make: () => Promise<T>,
    failed: (answer: T) => boolean = () => false,
  ): Promise<T> {
    const circuit = this.#circuitOf(JSON.stringify([workspaceId, credential, upstream]))
    try {
      return await circuit.policy.execute(async () => {
        const answer = await make()
        if (failed(answer)) throw new FailedAnswer(answer)
        return answer
      })
    } catch (error) {
      if (error instanceof FailedAnswer) return error.answer
      throw error instanceof BrokenCircuitError ? this.#refusal(circuit, upstream) : error
    }
  }

  #refusal({ openedAt }: Circuit, upstream: string): MillraceError {
    this.rejected++
    const { openMs, now } = this.#options
    const retryAfterMs = Math.max(1, Math.ceil(openedAt + openMs - now()))
    const message = `${upstream} has failed ${this.#options.failures} times in a row and is left alone for a while`
    return new MillraceError('CIRCUIT_OPEN', message, { retryAfterMs })
  }

  #circuitOf(key: string): Circuit {
    const known = this.#circuits.get(key)
    const circuit = known ?? this.#make()
    this.#circuits.delete(key)
    this.#circuits.set(key, circuit)
    if (this.#circuits.size > MAX_CIRCUITS) {
      const oldest = this.#circuits.keys().next()
      if (!oldest.done) this.#circuits.delete(oldest.value)
    }
    return circuit
  }

  #make(): Circuit {
    const { failures, openMs, now } = this.#options
    const policy = circuitBreaker(handleWhen(isUpstreamFailure), {
      halfOpenAfter: openMs,
      breaker: new ConsecutiveBreaker(failures),
    })
    const circuit: Circuit = { policy, openedAt: 0 }
    policy.onBreak(() => {
      circuit.openedAt = now()
    })
    return circuit
  }
}

const isUpstreamFailure = (error: Error): boolean =>
  error instanceof FailedAnswer ||
  (error instanceof MillraceError &&
    UPSTREAM_FAILURES.has(error.code) &&
    error.extras.details?.['retryable'] !== false)
