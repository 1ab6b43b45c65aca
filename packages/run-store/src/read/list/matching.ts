import type { RunStatus } from '@millrace/contracts'
import { conditionsOf, type RunFilter } from './filter.js'
import { Statement } from './statement.js'

/** A query for the ids of all runs that match a filter and have one of these statuses, with its parameters. */
export const runsMatching = (workspaceId: string, filter: RunFilter, statuses: readonly RunStatus[]) => {
  const statement = new Statement()
  // Written out: with a parameter no index over some statuses is known to do.
  const status = `r.status IN (${statuses.map((each) => `'${each}'`).join(', ')})`
  const conditions = [
    `r.workspace_id = ${statement.param(workspaceId)}`,
    status,
    ...conditionsOf(filter, statement),
  ]
  return { text: `SELECT r.id FROM runs r WHERE ${conditions.join(' AND ')}`, values: statement.values }
}
