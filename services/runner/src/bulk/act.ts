import { startLinkedRun } from '../recovery/linked-run.js'
import type { Canceller } from '../runs/cancel.js'
import type { Messenger } from '../runs/messenger.js'
import type { BulkJob } from './repository.js'

export interface ActDeps {
  readonly canceller: Canceller
  readonly messenger: Messenger
  readonly linking: Parameters<typeof startLinkedRun>[0]
}

/** What a bulk operation does to one run. Doing it twice comes to the same. */
export const actOnRun =
  ({ canceller, messenger, linking }: ActDeps) =>
  async ({ id, workspaceId, action, options }: BulkJob, runId: string): Promise<void> => {
    const run = { workspaceId, runId }
    switch (action) {
      case 'cancel':
        return await canceller.request(run, undefined)
      case 'pause':
      case 'resume':
        return await messenger.send(run, { kind: action })
      case 'retry':
        await startLinkedRun(linking, {
          ...run,
          start: options.from,
          version: options.version,
          confirm: options.confirm,
          input: undefined,
          // One operation makes one run of each, however often its page is done (I6).
          idempotencyKey: { own: `bulk:${id}:${runId}` },
        })
    }
  }
