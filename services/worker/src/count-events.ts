import type { RunEvent } from '@millrace/contracts'
import type { Metrics } from '@millrace/telemetry'
import type { Plan } from './plan/plan.js'

export type EventMetrics = Pick<Metrics, 'runsAccepted' | 'runFinished' | 'stepFinished'>

const STEP_ENDS = new Map<RunEvent['type'], string>([
  ['step_succeeded', 'completed'],
  ['step_failed', 'failed'],
  ['step_skipped', 'skipped'],
  ['step_cancelled', 'cancelled'],
])

/** Counts what has become durable: ends of runs and of steps. */
export function countEvents(metrics: EventMetrics, plan: Plan, events: readonly RunEvent[]): void {
  for (const event of events) {
    if (event.type === 'run_finished') metrics.runFinished(event.status)
    const status = STEP_ENDS.get(event.type)
    if (status === undefined || !('path' in event)) continue
    const node = plan.graph.nodeAt(event.path)
    const type = node === undefined ? undefined : plan.graph.nodes[node]?.type
    if (type !== undefined) metrics.stepFinished(type, status)
  }
}
