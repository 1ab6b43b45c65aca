import { inspectRedis, type RedisState, redisName } from '@millrace/queue'

/** Milliseconds that a readiness check waits for the cause of what it has found. */
const EXPLAIN_MS = 1_000
/** Milliseconds between two looks at a server that is well: its settings may be changed while it runs. */
const LOOK_MS = 60_000

/**
 * Owns: what is known of the Redis of this process beyond whether it answers. It looks only when asked: after a failure,
 * and about once a minute.
 */
export class RedisWatch {
  readonly #url: string
  #looking: Promise<RedisState> | undefined
  #lookedAt = Number.NEGATIVE_INFINITY
  #problems: readonly string[] = []

  constructor(url: string) {
    this.#url = url
  }

  /** The last cause that was found, while the server answers again and our connections do not yet. */
  #cause: string | undefined

  /** In one sentence why the server does not do what it should; at worst with the words of the failure itself. */
  async why(failure: string): Promise<string> {
    const otherwise = `${redisName(this.#url)} answers others, and not yet our connections (${failure})`
    let timer: NodeJS.Timeout | undefined
    const late = new Promise<undefined>((resolve) => {
      timer = setTimeout(() => resolve(undefined), EXPLAIN_MS)
    })
    const state = await Promise.race([this.#look(), late])
    clearTimeout(timer)
    if (state === undefined || state.kind === 'ok') return this.#cause ?? otherwise
    this.#cause = state.text
    return state.text
  }

  /** As of the last look. */
  problems(): readonly string[] {
    if (performance.now() - this.#lookedAt > LOOK_MS) void this.#look()
    return this.#problems
  }

  #look(): Promise<RedisState> {
    this.#looking ??= inspectRedis(this.#url).then((state) => {
      this.#looking = undefined
      this.#lookedAt = performance.now()
      this.#problems = state.kind === 'ok' && state.warning !== undefined ? [state.warning] : []
      return state
    })
    return this.#looking
  }
}
