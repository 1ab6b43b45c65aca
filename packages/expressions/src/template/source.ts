import { scanTemplate } from './scan.js'

/**
 * The JSONata of a param that is one expression, without the `{{ }}` around it if there are any. What does not begin
 * with braces is taken as it is: JSONata may hold `{{` itself, in text and where an object begins a function's body.
 * Undefined when nothing is left, and when text or a second template stands beside the braces.
 */
export function expressionSource(text: string): string | undefined {
  const trimmed = text.trim()
  if (!trimmed.startsWith('{{')) return trimmed === '' ? undefined : trimmed
  const parts = partsOf(trimmed)
  const [only] = parts
  return parts.length === 1 && only?.kind === 'expression' && only.source !== '' ? only.source : undefined
}

function partsOf(text: string): ReturnType<typeof scanTemplate> {
  try {
    return scanTemplate(text)
  } catch {
    return []
  }
}
