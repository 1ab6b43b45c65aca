export { loadSyntaxCheck, type ScriptSyntaxError, type SyntaxCheck } from './check-syntax.js'
export { createScriptRunner, type ScriptRunnerOptions } from './pool.js'
export * from './types.js'
