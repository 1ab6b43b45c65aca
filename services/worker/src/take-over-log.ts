import type { FormerOwner } from '@millrace/run-store'

/** Take-overs come in waves: those of this time are one line for each former owner. Milliseconds. */
const WAVE_MS = 1_000

/** Tells the log how many runs a worker has taken over, from whom and why (I1). */
export class TakeOverLog {
  readonly #waves = new Map<string, { readonly owner: FormerOwner; runs: number }>()
  #timer: NodeJS.Timeout | undefined

  constructor(private readonly log: { info(details: object, message: string): void }) {}

  /** A run was claimed; `leftBy`: whose it was, if anybody's. */
  claimed({ leftBy }: { readonly leftBy?: FormerOwner | undefined }): void {
    if (leftBy === undefined) return
    const key = `${leftBy.how} ${leftBy.workerId}`
    const wave = this.#waves.get(key) ?? { owner: leftBy, runs: 0 }
    wave.runs++
    this.#waves.set(key, wave)
    this.#timer ??= setTimeout(() => this.tell(), WAVE_MS).unref()
  }

  /** Tells now what has not been told yet. */
  tell(): void {
    clearTimeout(this.#timer)
    this.#timer = undefined
    for (const { owner, runs } of this.#waves.values()) this.log.info({ runs, ...owner }, lineOf(owner, runs))
    this.#waves.clear()
  }
}

const lineOf = ({ workerId, how }: FormerOwner, runs: number): string =>
  `took over ${runs} ${runs === 1 ? 'run' : 'runs'} from worker ${workerId}: ${how === 'lost' ? 'its lease ran out' : 'it has stopped'}`
