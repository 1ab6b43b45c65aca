/** Array literals, PostgreSQL documentation, section 8.15. */
export type Nested<T> = readonly (T | Nested<T>)[]

/**
 * Reads an array literal. Elements are given to `read` as text, NULL is `null`. Bounds that do not begin at 1
 * (`[0:1]={…}`) are left out. Throws Error for what is no array literal.
 */
export function parseArray<T>(
  literal: string,
  delimiter: string,
  read: (text: string) => T,
): Nested<T | null> {
  const stack: (T | null | Nested<T | null>)[][] = []
  let at = literal.indexOf('{')
  while (at >= 0 && at < literal.length) {
    const char = literal[at]
    if (char === '{') {
      stack.push([])
      at++
    } else if (char === '}') {
      const done = stack.pop() ?? []
      const outer = stack.at(-1)
      if (outer === undefined) return done
      outer.push(done)
      at++
    } else if (char === delimiter) at++
    else {
      const { text, quoted, next } = readElement(literal, at, delimiter)
      stack.at(-1)?.push(!quoted && text === 'NULL' ? null : read(text))
      at = next
    }
  }
  throw new Error('an array has no end')
}

function readElement(
  literal: string,
  start: number,
  delimiter: string,
): { text: string; quoted: boolean; next: number } {
  if (literal[start] !== '"') {
    let end = start
    while (end < literal.length && literal[end] !== delimiter && literal[end] !== '}') end++
    return { text: literal.slice(start, end), quoted: false, next: end }
  }
  let end = start + 1
  while (end < literal.length && literal[end] !== '"') end += literal[end] === '\\' ? 2 : 1
  return { text: literal.slice(start + 1, end).replace(/\\(.)/gs, '$1'), quoted: true, next: end + 1 }
}

/** Writes an array literal; every element is quoted but NULL, so that none is read as something else. */
export function formatArray(items: Nested<string | null>, delimiter: string): string {
  const parts = items.map((item) => {
    if (item === null) return 'NULL'
    return typeof item === 'string' ? `"${item.replace(/["\\]/g, '\\$&')}"` : formatArray(item, delimiter)
  })
  return `{${parts.join(delimiter)}}`
}
