import { DEFINE_GLOBALS } from '../globals.js'
import { installConsole } from './console.js'
import { makeEncoder } from './encode.js'
import { makeFormatter } from './format.js'
import { makeInspector } from './inspect.js'
import { installIntl } from './intl.js'
import { installTimers } from './timers.js'
import { installUrl } from './url.js'
import { installWeb } from './web.js'

/**
 * The text that makes the world of a script. It is evaluated to a function of `host(question, json)`, which gives JSON;
 * that function gives what the host calls: `define(globals)`, `encode(result)`, `describe(thrown)`, and the timers' `next`
 * and `fire`. What it needs of the language it takes before a script can replace it.
 */
export const KERNEL = `(host) => {
  const { parse, stringify } = JSON
  const errors = { RangeError, TypeError }
  const ask = (question, argument) => {
    const { value, error } = parse(host(question, stringify(argument)))
    if (error !== undefined) throw new (errors[error.name] ?? TypeError)(error.message)
    return value
  };
  (${installWeb})(ask);
  (${installUrl})(ask);
  (${installIntl})(ask);
  const inspect = (${makeInspector})();
  const print = (level, text) => { host('print', stringify([level, text])) };
  (${installConsole})((${makeFormatter})(inspect), print)
  const timers = (${installTimers})()
  const encodeResult = (${makeEncoder})()
  const encode = (result) => {
    const text = encodeResult(result)
    const waiting = timers.waiting()
    if (waiting > 0) print('warn', 'the script has ended: ' + (waiting === 1 ? 'a timer that was' : waiting + ' timers that were') + ' still waiting will never be called')
    return text
  }
  const describe = (thrown) => {
    if (!(thrown instanceof Error)) return stringify({ text: inspect(thrown) })
    const { name, message, stack } = thrown
    return stringify({ name: String(name), message: String(message), stack: String(stack) })
  }
  return { define: ${DEFINE_GLOBALS}, encode, describe, next: timers.next, fire: timers.fire }
}`
