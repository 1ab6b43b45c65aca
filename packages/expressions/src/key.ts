import { refuseUnstorable, stringifyJson } from '@millrace/contracts'
import { compileTemplate } from './template/compile.js'
import type { Scope } from './types.js'

/** Characters of a key that count. */
const MAX_KEY = 500

/**
 * Compiles a template whose value is a key: text that is compared and stored. Without one every run has the same.
 * What it returns throws MillraceError EXPRESSION_FAILED, EXPRESSION_LIMIT or UNSTORABLE_VALUE.
 */
export function compileKey(template: string | undefined, pointer: string): (scope: Scope) => Promise<string> {
  if (template === undefined) return async () => ''
  const compiled = compileTemplate({ key: template }, pointer)
  return async (scope) => {
    const resolved = await compiled.resolve(scope)
    const value = resolved !== null && typeof resolved === 'object' && 'key' in resolved ? resolved.key : ''
    const text = typeof value === 'string' ? value : stringifyJson(value ?? '')
    refuseUnstorable(text, `${pointer}/key: the value`)
    return text.slice(0, MAX_KEY)
  }
}
