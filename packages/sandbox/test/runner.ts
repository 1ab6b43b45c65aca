import { onTestFinished } from 'vitest'
import { createScriptRunner, type ScriptRequest, type ScriptResult, type ScriptRunner } from '../src/index.js'

/** A runner of its own, closed with the test. */
export function runnerForTest(maxThreads = 1): ScriptRunner {
  const runner = createScriptRunner({ maxThreads })
  onTestFinished(() => runner.close())
  return runner
}

export type Run = (code: string, more?: Partial<ScriptRequest>) => Promise<ScriptResult>

export const runWith =
  (runner: ScriptRunner): Run =>
  (code, more = {}) =>
    runner.run({ code, globals: {}, ...more })
