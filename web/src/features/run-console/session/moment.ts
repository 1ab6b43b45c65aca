import type { RunState } from '@millrace/engine'
import type { RunSession } from './run-session.js'

/** The run as the screen shows it: live, or as it was right after one of its events. */
export interface Moment {
  /** Advanced in place as the run goes on: `revision` says when to look again. */
  readonly state: RunState
  readonly seq: number
  readonly isLive: boolean
  /** Milliseconds, database time; null where the clock goes on. */
  readonly at: number | null
  /** Differs whenever anything of the moment does. */
  readonly revision: string
}

/** `at` undefined: live. One beyond the last event is live too, until the run gets there. */
export function momentOf(session: RunSession, at: number | undefined, revision: number): Moment {
  const { document, moments } = session
  if (at === undefined || at > document.lastSeq) {
    const end = document.isComplete ? (document.state.finishedAt ?? null) : null
    return {
      state: document.state,
      seq: document.lastSeq,
      isLive: true,
      at: end,
      revision: `live ${revision}`,
    }
  }
  const event = document.events[at - 1]
  return {
    state: moments.at(at, document.events),
    seq: at,
    isLive: false,
    at: event?.at ?? document.events[0]?.at ?? null,
    revision: `at ${at}`,
  }
}
