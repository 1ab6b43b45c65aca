import { type Priority, priority } from '@millrace/contracts'

/** The queue's number for a class: smaller is sooner. */
export const queuePriority = (value: Priority): number => priority.options.indexOf(value)
