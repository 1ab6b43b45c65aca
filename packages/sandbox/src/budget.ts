import { performance } from 'node:perf_hooks'
import { threadCpuMs } from './cpu-clock.js'

/**
 * The processor time of one script. The clock on the wall is asked first, since it is cheap; only once it says that the
 * time may be up is the thread's processor time read: waiting for a processor that others use is not the script's.
 */
export class CpuBudget {
  readonly #limitMs: number
  readonly #cpuAtStart = threadCpuMs()
  #lookAgainAt: number

  constructor(limitMs: number) {
    this.#limitMs = limitMs
    this.#lookAgainAt = performance.now() + limitMs
  }

  get isSpent(): boolean {
    const now = performance.now()
    if (now < this.#lookAgainAt) return false
    const cpu = threadCpuMs()
    if (cpu === undefined || this.#cpuAtStart === undefined) return true
    const left = this.#limitMs - (cpu - this.#cpuAtStart)
    if (left <= 0) return true
    this.#lookAgainAt = now + left
    return false
  }
}
