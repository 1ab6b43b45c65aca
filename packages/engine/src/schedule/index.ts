/** When schedules fire. Apart from the rest of the engine, since it brings a library along. */
export { cronProblem } from './cron.js'
export { Schedule, type ScheduleTimes } from './schedule.js'
