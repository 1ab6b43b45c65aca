import { type Fault, leaseOf } from '../fault.js'
import type { Site } from '../site.js'

const COPIES = 100

const ringAgain = (site: Site, runId: string): void => {
  const doorbells = Array.from({ length: COPIES }, () => ({ runId }))
  site.connections.queue.enqueue(doorbells).catch((error: unknown) => {
    throw new Error('the duplicates were not delivered', { cause: error })
  })
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
