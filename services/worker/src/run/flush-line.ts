import type { FlushResult, FlushUnit } from '@millrace/run-store'

export interface FlushLineHost {
  submit(unit: FlushUnit): Promise<FlushResult>
  /** What is to be written now; undefined when there is nothing, unless `anyway` asks for an empty flush. */
  take(anyway: boolean): FlushUnit | undefined
  durable(unit: FlushUnit): void
  /** Nothing of the unit was written, and nothing more will be. */
  refused(result: Exclude<FlushResult, { kind: 'durable' }>): void
  /** The writer gave up: whether the unit was written is not known. */
  failed(error: unknown): void
}

/**
 * Owns: the order of one run's flushes. At most one is in flight (D1); what comes meanwhile leaves with the next.
 * Whoever asks whether the run is still ours waits for a flush that begins after the question.
 */
export class FlushLine {
  #inFlight = false
  #again = false
  #asking: (() => void)[] = []

  constructor(private readonly host: FlushLineHost) {}

  flush(): void {
    if (this.#inFlight) {
      this.#again = true
      return
    }
    const unit = this.host.take(this.#asking.length > 0)
    if (unit === undefined) return
    this.#inFlight = true
    const answered = this.#asking
    this.#asking = []
    this.host.submit(unit).then(
      (result) => this.#landed(unit, result, answered),
      (error) => this.host.failed(error),
    )
  }

  /** Resolves once a flush under our epoch has been written; never, if it is refused. */
  confirm(): Promise<void> {
    return new Promise((resolve) => {
      this.#asking.push(resolve)
      this.flush()
    })
  }

  #landed(unit: FlushUnit, result: FlushResult, answered: readonly (() => void)[]): void {
    this.#inFlight = false
    if (result.kind !== 'durable') return this.host.refused(result)
    const again = this.#again
    this.#again = false
    this.host.durable(unit)
    for (const answer of answered) answer()
    if (again) this.flush()
  }
}
