export type { RunnerDeps } from './context.js'
export { runnerPlugin } from './plugin.js'
