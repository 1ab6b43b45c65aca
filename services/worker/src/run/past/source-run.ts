import type { ClaimedRun } from '@millrace/run-store'

/** The run that did what a run undoes: another one, or itself. */
export const sourceOf = ({
  id,
  undo,
  originRunId,
}: Pick<ClaimedRun, 'id' | 'undo' | 'originRunId'>): string => (undo === undefined ? id : (originRunId ?? id))
