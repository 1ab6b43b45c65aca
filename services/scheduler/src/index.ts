export type { Loop } from './loop.js'
export { schedulerPlugin } from './plugin.js'
export { createScheduler, type Pauses, type Scheduler, type SchedulerDeps } from './scheduler.js'
