import type { QuickJSContext } from 'quickjs-emscripten'
import { describeThrown } from './describe-thrown.js'
import type { Engine } from './engine.js'

const SCRIPT_NAME = 'script.js'

type Result = ReturnType<QuickJSContext['evalCode']>

/**
 * The function that a script is the body of: `return` gives the result. One that awaits without a function around it is
 * taken as the body of an async one. Nothing of it runs: an error here is one of syntax. A script that closes the function
 * early only confuses itself.
 */
export function defineScript(engine: Engine, code: string, compileOnly = false): Result {
  const evaluate = (kind: string) =>
    engine.context.evalCode(
      `(${kind} () {\n${code}\n})`,
      SCRIPT_NAME,
      compileOnly ? { compileOnly, type: 'global' } : undefined,
    )
  const result = evaluate('function')
  if (result.error === undefined || !/\bawait\b/.test(code)) return result
  return describeThrown(engine, result.error).name === 'SyntaxError' ? evaluate('async function') : result
}
