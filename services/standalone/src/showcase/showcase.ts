import { renderRun } from '@millrace/cli'
import type { RunEvent } from '@millrace/contracts'
import { createClient } from '@millrace/sdk'
import type { Platform } from '../platform.js'
import { githubIssueOpened } from './github-delivery.js'
import { seedExamples } from './seed.js'

/**
 * Plays one run from the outside, as a stranger would see it: a signed GitHub delivery over HTTP, then the run's
 * events over SSE, shown as they come. `completed` only if the run was and its stream was dense.
 */
export async function runShowcase(
  platform: Platform,
  say: (line: string) => void,
): Promise<'completed' | 'failed'> {
  const client = createClient({ baseUrl: platform.url, token: await platform.ownerToken() })
  const { secret, added } = await seedExamples(client, platform.config.directory)
  if (added.length > 0) say(`Added example workflows: ${added.join(', ')}`)

  const delivery = githubIssueOpened(secret)
  say(`GitHub delivers issues.opened: “${delivery.title}” → POST ${platform.url}/hooks/default/github`)
  const answer = await fetch(`${platform.url}/hooks/default/github`, {
    method: 'POST',
    headers: delivery.headers,
    body: delivery.body,
  })
  const accepted = (await answer.json()) as { runId?: string }
  if (answer.status !== 202 || accepted.runId === undefined) {
    say(`The webhook answered ${answer.status}: ${JSON.stringify(accepted)}`)
    return 'failed'
  }
  say(`Run ${accepted.runId}`)
  const seen: RunEvent[] = []
  await renderRun(record(client.runs.watch(accepted.runId), seen), {
    out: process.stdout,
    tty: process.stdout.isTTY === true,
  })
  return isDense(seen) && finishedWell(seen) ? 'completed' : 'failed'
}

async function* record(events: AsyncIterable<RunEvent>, seen: RunEvent[]): AsyncGenerator<RunEvent> {
  for await (const event of events) {
    seen.push(event)
    yield event
  }
}

const isDense = (events: readonly RunEvent[]): boolean =>
  events.every((event, index) => event.seq === index + 1)

function finishedWell(events: readonly RunEvent[]): boolean {
  const last = events.at(-1)
  return last?.type === 'run_finished' && last.status === 'completed'
}
