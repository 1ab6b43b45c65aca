/** Index after the closing quote of the string that begins at `quote`, in valid JSON. */
export const endOfString = (text: string, quote: number): number => {
  let end = text.indexOf('"', quote + 1)
  while (isEscaped(text, end)) end = text.indexOf('"', end + 1)
  return end + 1
}

const isEscaped = (text: string, at: number): boolean => {
  let slashes = 0
  while (text[at - 1 - slashes] === '\\') slashes += 1
  return slashes % 2 === 1
}

/** One key of a JSON pointer (RFC 6901), its slash included. */
export const pointerTo = (key: string | number): string =>
  `/${String(key).replaceAll('~', '~0').replaceAll('/', '~1')}`
