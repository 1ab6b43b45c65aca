import { type RunEvent, runSnapshot } from '@millrace/contracts'
import { foldEvents, type Graph, type RunState } from '@millrace/engine'
import type { ClaimedRun } from '../types.js'

/** Pages of events read back. */
const PAGE = 10_000

interface EventReader {
  readEvents(workspaceId: string, runId: string, afterSeq: number, limit: number): Promise<RunEvent[]>
}

/**
 * The state of a claimed run, which ends exactly where its claim says (D2). Folded from its snapshot, if it has one
 * (D20); one that cannot be read, or does not fit the graph, costs a read of all events and is told to `onUnreadable`.
 */
export async function foldRun(
  store: EventReader,
  graph: Graph,
  run: ClaimedRun,
  onUnreadable: (error: unknown) => void,
): Promise<RunState> {
  const { trigger, input, seeds, undo, events, lastSeq, snapshot } = run
  const origin = { trigger, input, seeded: new Set(seeds.keys()), undo }
  if (snapshot === null) return foldEvents(graph, origin, events, lastSeq)
  try {
    return foldEvents(graph, origin, events, lastSeq, runSnapshot.parse(snapshot.state))
  } catch (error) {
    onUnreadable(error)
    const all = await readEventsAfter(store, run, 0)
    // What another owner may have added since is not for this one, which its first flush will tell (I3).
    return foldEvents(graph, origin, all.slice(0, lastSeq), lastSeq)
  }
}

/** All of them, as they stand now. */
export async function readEventsAfter(
  store: EventReader,
  { workspaceId, id }: Pick<ClaimedRun, 'workspaceId' | 'id'>,
  seq: number,
): Promise<RunEvent[]> {
  const events: RunEvent[] = []
  for (;;) {
    const page = await store.readEvents(workspaceId, id, seq + events.length, PAGE)
    events.push(...page)
    if (page.length < PAGE) return events
  }
}
