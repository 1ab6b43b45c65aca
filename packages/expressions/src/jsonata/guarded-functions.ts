import type jsonata from 'jsonata'
import { STRING_CHARACTERS } from '../limits.js'

/** An error in the form JSONata's own functions throw. */
export const limitError = (message: string) => ({ code: 'LIMIT', message })

/**
 * Replaces the built-in functions whose cost no guard inside JSONata bounds: they allocate what a number asks for,
 * or run source text.
 */
export function guardFunctions(expression: jsonata.Expression): void {
  expression.registerFunction(
    'eval',
    () => {
      throw { code: 'REFUSED', message: '$eval is switched off' }
    },
    '<sx?:x>',
  )
  expression.registerFunction('pad', pad, '<s-ns?:s>')
}

function pad(text: string | undefined, width: number, filler?: string): string | undefined {
  if (text === undefined) return undefined
  if (Math.abs(width) > STRING_CHARACTERS) throw limitError(`$pad to ${Math.abs(width)} characters`)
  const missing = Math.abs(width) - [...text].length
  if (missing <= 0) return text
  const unit = filler === undefined || filler === '' ? ' ' : filler
  const filled = [...unit.repeat(Math.ceil(missing / [...unit].length))].slice(0, missing).join('')
  return width > 0 ? text + filled : filled + text
}
