export { createScriptRunner, type ScriptRunnerOptions } from './pool.js'
export * from './types.js'
