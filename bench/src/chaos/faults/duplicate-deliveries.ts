import { type Fault, leaseOf } from '../fault.js'
import { untilAnswered } from '../patience.js'
import type { Site } from '../site.js'

const COPIES = 100

const ringAgain = async ({ connections }: Site, runId: string): Promise<void> => {
  const doorbells = Array.from({ length: COPIES }, () => ({ runId }))
  // A queue that cannot keep up refuses: then some are delivered more than a hundred times.
  await untilAnswered(() => connections.queue.enqueue(doorbells))
}

/** D11: a job is a doorbell, and may ring a hundred times. */
export const duplicateDeliveries: Fault = {
  name: 'duplicates',
  title: `${COPIES} duplicate deliveries of each job`,
  backends: ['redis', 'postgres'],
  quickBackend: 'redis',
  runs: { full: 500, quick: 25 },
  site: (quick) => ({ leaseMs: leaseOf(quick), workers: 2 }),
  play: async ({ say }) => say(`${COPIES} doorbells a run`),
  onAccepted: ringAgain,
}
