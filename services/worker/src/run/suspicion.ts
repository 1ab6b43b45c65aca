import type { ClaimedRun } from '@millrace/run-store'

/**
 * How a run is treated whose owners have died (D13). Any of the runs of a dead worker may have killed it, and most of
 * them are innocent: durable progress, and word of an owner that lives after all, take the suspicion back.
 */

type Suspect = Pick<ClaimedRun, 'crashCount'>

/** After one crash: one step at a time, each known to have started before it does. */
export const isSuspect = ({ crashCount }: Suspect): boolean => crashCount >= 1

/** After two: alone, in a process of its own. */
export const mustBeAlone = ({ crashCount }: Suspect): boolean => crashCount >= 2
