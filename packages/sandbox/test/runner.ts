import type { Json } from '@millrace/contracts'
import { onTestFinished } from 'vitest'
import { createScriptRunner, type ScriptRequest, type ScriptRunner } from '../src/index.js'

/** A runner of its own, closed with the test. */
export function runnerForTest(threads = 1): ScriptRunner {
  const runner = createScriptRunner({ threads })
  onTestFinished(() => runner.close())
  return runner
}

export interface Ran {
  readonly value: Json | undefined
  readonly logs: readonly { readonly level: string; readonly message: string }[]
}
export type Run = (code: string, more?: Partial<ScriptRequest>) => Promise<Ran>

export const runWith =
  (runner: ScriptRunner): Run =>
  async (code, more = {}) => {
    const logs: { level: string; message: string }[] = []
    const value = await runner.run({ owner: 'a', code, globals: {}, log: (line) => logs.push(line), ...more })
    return { value, logs }
  }
