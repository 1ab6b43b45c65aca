import { endOfExpression as scannedEnd } from '@millrace/expressions/scan'

/** A text with `{{ }}` in it, in parts. Offsets are those of the whole text. */
export type TemplatePart =
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'expression'; readonly source: string; readonly from: number; readonly closed: boolean }

/** Never fails: braces left open reach to the end, as they do while one types. `\{{` is the two braces themselves. */
export const splitTemplate = (text: string): TemplatePart[] => {
  const parts: TemplatePart[] = []
  let at = 0
  while (at < text.length) {
    const open = openingAt(text, at)
    if (open !== at) parts.push({ kind: 'text', text: text.slice(at, open === -1 ? undefined : open) })
    if (open === -1) break
    const end = endOfExpression(text, open + 2)
    const closed = end < text.length
    parts.push({ kind: 'expression', source: text.slice(open + 2, end), from: open + 2, closed })
    at = end + 2
  }
  return parts
}

/** The text with other expressions in its templates. */
export const mapTemplate = (text: string, map: (source: string) => string): string =>
  splitTemplate(text)
    .map((part) => (part.kind === 'text' ? part.text : `{{${map(part.source)}${part.closed ? '}}' : ''}`))
    .join('')

/** The part that the cursor stands in; undefined in plain text. */
export const expressionAt = (text: string, position: number) =>
  splitTemplate(text).find(
    (part): part is Extract<TemplatePart, { kind: 'expression' }> =>
      part.kind === 'expression' && part.from <= position && position <= part.from + part.source.length,
  )

const openingAt = (text: string, from: number): number => {
  let open = text.indexOf('{{', from)
  while (open > from && text[open - 1] === '\\') open = text.indexOf('{{', open + 2)
  return open
}

/** Where the server sees the end. While one types, quotes and braces may be open: then where it most likely will be. */
const endOfExpression = (text: string, from: number): number => {
  try {
    return scannedEnd(text, from)
  } catch {
    return likelyEnd(text, from)
  }
}

const likelyEnd = (text: string, from: number): number => {
  let depth = 0
  for (let at = from; at < text.length; at++) {
    const character = text[at]
    if (character === '"' || character === "'" || character === '`') {
      const close = endOfQuote(text, at)
      // A quote that is never closed is one in the making: it swallows nothing.
      if (close !== -1) at = close
    } else if (character === '{') depth++
    else if (character === '}' && depth > 0) depth--
    else if (character === '}' && text[at + 1] === '}') return at
  }
  return text.length
}

const endOfQuote = (text: string, open: number): number => {
  for (let at = open + 1; at < text.length; at++) {
    if (text[at] === '\\') at++
    else if (text[at] === text[open]) return at
  }
  return -1
}
