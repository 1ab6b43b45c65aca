import type { WorkflowListItem } from '@millrace/contracts'

type RecentRun = WorkflowListItem['recentRuns'][number]

/** Of the last runs shown: what share of the ended ones failed, and how long 95 % of them took at most. */
export const figuresOf = (runs: readonly RecentRun[]) => {
  const ended = runs.filter((run) => run.status === 'completed' || run.status === 'failed')
  const failed = ended.filter((run) => run.status === 'failed')
  const durations = ended
    .map((run) => run.durationMs)
    .filter((ms) => ms !== null)
    .sort((a, b) => a - b)
  return {
    failureRate: ended.length === 0 ? null : failed.length / ended.length,
    /** Milliseconds, by the nearest rank. */
    p95Ms: durations[Math.ceil(durations.length * 0.95) - 1] ?? null,
  }
}

/** Heights of bars, 0.2 to 1, by the square root so that short runs still show beside long ones. */
export const barHeights = (runs: readonly RecentRun[]): number[] => {
  const longest = Math.max(1, ...runs.map((run) => run.durationMs ?? 0))
  return runs.map((run) => (run.durationMs === null ? 1 : Math.max(0.2, Math.sqrt(run.durationMs / longest))))
}
