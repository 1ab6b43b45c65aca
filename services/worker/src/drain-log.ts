import type { SessionEnd } from './run/session-host.js'

/** Tells the log what became of the runs of a worker that stops (D12). */
export class DrainLog {
  readonly #ends = new Map<SessionEnd, number>()
  #beganAt: number | undefined

  constructor(
    private readonly log: { info(details: object, message: string): void },
    private readonly now: () => number,
  ) {}

  begin(runs: number, graceMs: number): void {
    this.#beganAt = this.now()
    this.log.info({ runs, graceMs }, `draining: ${runs} runs under way, and no more are taken`)
  }

  ended(how: SessionEnd): void {
    if (this.#beganAt !== undefined) this.#ends.set(how, (this.#ends.get(how) ?? 0) + 1)
  }

  /** @param left Runs with a step that the grace was too short for: whoever takes them begins that step again. */
  over(left: number): void {
    const [finished, parked, handedBack] = (['finished', 'parked', 'handed_back'] as const).map(
      (how) => this.#ends.get(how) ?? 0,
    )
    const ms = Math.round(this.now() - (this.#beganAt ?? this.now()))
    this.log.info(
      { finished, parked, handedBack, left, ms },
      `drained: ${finished} runs finished, ${parked} wait, ${handedBack} handed back, ${left} left in the middle of a step`,
    )
  }
}
