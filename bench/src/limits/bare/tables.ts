/** What the bare parts of the floor agree on. */

/** Every table that a finished run leaves rows in. */
export const BARE_TABLES = [
  { table: 'runs', key: 'id' },
  { table: 'step_runs', key: 'run_id' },
  { table: 'run_events', key: 'run_id' },
] as const
export type SampleRows = Record<(typeof BARE_TABLES)[number]['table'], readonly Record<string, unknown>[]>

export const FLOOR_QUEUE = 'floor'
export const REMOVE = { removeOnComplete: true, removeOnFail: true }
