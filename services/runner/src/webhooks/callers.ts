import { MillraceError } from '@millrace/contracts'
import type { Messenger } from '../runs/messenger.js'
import type { RunRef } from '../stream/channel.js'

export interface CallersDeps {
  readonly messenger: Pick<Messenger, 'send'>
  readonly onError: (error: unknown, what: string) => void
}

/** Tells a run that somebody waits for its answer beside the one who started it, or waits no more. Not waited for. */
export const tellCallers = ({ messenger, onError }: CallersDeps, run: RunRef, change: 1 | -1): void => {
  messenger.send(run, { kind: 'callers', change }).catch((error: unknown) => {
    // It has ended: there is nothing that it could do otherwise.
    if (error instanceof MillraceError && error.code === 'RUN_FINISHED') return
    onError(error, 'telling a run who waits for it')
  })
}
