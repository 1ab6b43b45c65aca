import type { RunEvent } from '@millrace/contracts'

/** The id of the approval that a run asks for at a path; undefined when it cannot be told. */
export type FindApproval = (path: string) => Promise<string | undefined>

/** Events as they are, but for approvals: the title of the question begins with the id that decides it. */
export async function* nameApprovals(
  events: AsyncIterable<RunEvent>,
  find: FindApproval,
): AsyncGenerator<RunEvent, void, undefined> {
  for await (const event of events) {
    if (event.type !== 'step_waiting' || event.wait.kind !== 'approval') yield event
    else {
      const id = await find(event.path)
      const title = id === undefined ? event.wait.title : `${id} ${event.wait.title}`
      yield { ...event, wait: { ...event.wait, title } }
    }
  }
}
