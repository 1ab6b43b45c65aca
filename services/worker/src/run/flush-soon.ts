import type { HeldRun } from './session-host.js'

/** Events wait this long for company before they are flushed, unless something waits for them. Milliseconds. */
const DELAY_MS = 2

/** Owns: the sessions whose events may wait a moment, so that a run of pure steps costs one flush. */
export class FlushSoon {
  #dirty: HeldRun[] = []

  add(session: HeldRun): void {
    this.#dirty.push(session)
    if (this.#dirty.length > 1) return
    setTimeout(() => {
      const dirty = this.#dirty
      this.#dirty = []
      for (const each of dirty) each.flush()
    }, DELAY_MS)
  }
}
