/** A template is text with expressions in it; positions are of the text as written. */
export type Part =
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'expression'; readonly source: string }

export class TemplateSyntaxError extends Error {}

/**
 * Splits `Hello {{ name }}` into parts. Braces inside an expression's strings, comments, objects and quoted names
 * belong to it; `\{{` is the two braces themselves. Throws TemplateSyntaxError for braces that never close.
 */
export function scanTemplate(text: string): Part[] {
  const parts: Part[] = []
  let literal = ''
  let at = 0
  while (at < text.length) {
    if (text.startsWith('\\{{', at)) {
      literal += '{{'
      at += 3
    } else if (text.startsWith('{{', at)) {
      const end = endOfExpression(text, at + 2)
      if (literal !== '') parts.push({ kind: 'text', text: literal })
      literal = ''
      parts.push({ kind: 'expression', source: text.slice(at + 2, end).trim() })
      at = end + 2
    } else literal += text[at++]
  }
  if (literal !== '') parts.push({ kind: 'text', text: literal })
  return parts
}

const QUOTES = new Set(['"', "'", '`'])

/** Where the braces of the expression that begins at `start` close. Throws TemplateSyntaxError where they never do. */
export function endOfExpression(text: string, start: number): number {
  let depth = 0
  for (let at = start; at < text.length; at++) {
    const char = text[at]!
    if (QUOTES.has(char)) at = endOfQuoted(text, at)
    else if (text.startsWith('/*', at)) at = endOfComment(text, at)
    else if (char === '/' && expectsOperand(text, start, at)) at = endOfRegex(text, at)
    else if (char === '{') depth++
    else if (char === '}' && depth > 0) depth--
    else if (char === '}' && text[at + 1] === '}') return at
  }
  throw new TemplateSyntaxError('{{ is never closed: write }} behind the expression')
}

function endOfQuoted(text: string, start: number): number {
  const quote = text[start]
  for (let at = start + 1; at < text.length; at++) {
    if (text[at] === '\\' && quote !== '`') at++
    else if (text[at] === quote) return at
  }
  throw new TemplateSyntaxError(`a text that begins with ${quote} is never closed`)
}

const BEFORE_OPERAND = '([{,;:=<>!?&|~+-*/%^.@#'

/** A slash is a division behind a value, and begins a regular expression anywhere else. */
function expectsOperand(text: string, start: number, slash: number): boolean {
  let at = slash - 1
  while (at >= start && text[at]!.trim() === '') at--
  if (at < start || BEFORE_OPERAND.includes(text[at]!)) return true
  return /\b(?:and|or|in)$/.test(text.slice(Math.max(start, at - 3), at + 1))
}

/** A regular expression ends at a slash outside of its brackets, as in JSONata's own scanner. */
function endOfRegex(text: string, start: number): number {
  let depth = 0
  for (let at = start + 1; at < text.length; at++) {
    const char = text[at]!
    if (char === '\\') at++
    else if ('([{'.includes(char)) depth++
    else if (')]}'.includes(char)) depth--
    else if (char === '/' && depth === 0) return at
  }
  throw new TemplateSyntaxError('a regular expression is never closed')
}

function endOfComment(text: string, start: number): number {
  const end = text.indexOf('*/', start + 2)
  if (end < 0) throw new TemplateSyntaxError('a comment is never closed')
  return end + 1
}
