/**
 * Terminal colours in log lines: only SGR (`ESC [ … m`) counts, and of it the sixteen colours and the plain styles.
 * Every other escape sequence is dropped: a line can neither move the cursor nor carry a link (ECMA-48, OSC 8).
 */
export type SgrColour = 'black' | 'red' | 'green' | 'yellow' | 'blue' | 'magenta' | 'cyan' | 'white'

export interface SgrStyle {
  readonly colour: SgrColour | undefined
  readonly background: SgrColour | undefined
  readonly bold: boolean
  readonly dim: boolean
  readonly italic: boolean
  readonly underline: boolean
}

export interface SgrSpan {
  readonly text: string
  readonly style: SgrStyle
}

const COLOURS: readonly SgrColour[] = ['black', 'red', 'green', 'yellow', 'blue', 'magenta', 'cyan', 'white']

const PLAIN: SgrStyle = {
  colour: undefined,
  background: undefined,
  bold: false,
  dim: false,
  italic: false,
  underline: false,
}

// CSI, then OSC up to its terminator, then any other escape with one byte, then stray control characters.
const ESCAPES =
  // biome-ignore lint/suspicious/noControlCharactersInRegex: escape sequences are control characters
  /\u001b\[([0-9;:]*)([ -/]*)([@-~])|\u001b\][^\u0007\u001b]*(?:\u0007|\u001b\\)?|\u001b[@-_]?|[\u0000-\u0008\u000b-\u001f\u007f]/g

/** The line without any escape sequence: what is searched and copied. */
export const stripEscapes = (line: string): string => line.replace(ESCAPES, '')

/** The line cut where its style changes. */
export function parseSgr(line: string): SgrSpan[] {
  const spans: SgrSpan[] = []
  let style = PLAIN
  let from = 0
  const push = (text: string) => {
    if (text !== '') spans.push({ text, style })
  }
  for (const match of line.matchAll(ESCAPES)) {
    push(line.slice(from, match.index))
    from = match.index + match[0].length
    if (match[3] === 'm' && match[2] === '') style = nextStyle(style, match[1] ?? '')
  }
  push(line.slice(from))
  return spans
}

function nextStyle(style: SgrStyle, params: string): SgrStyle {
  const codes = params.split(/[;:]/).map(Number)
  let next = style
  for (let index = 0; index < codes.length; index++) {
    const code = codes[index] ?? 0
    // 38 and 48 bring a colour of a larger palette: `5;n` or `2;r;g;b`. They are read past.
    if (code === 38 || code === 48) index += codes[index + 1] === 2 ? 4 : 2
    else next = withCode(next, code)
  }
  return next
}

function withCode(style: SgrStyle, code: number): SgrStyle {
  if (code === 0) return PLAIN
  if (code === 1) return { ...style, bold: true }
  if (code === 2) return { ...style, dim: true }
  if (code === 3) return { ...style, italic: true }
  if (code === 4) return { ...style, underline: true }
  if (code === 22) return { ...style, bold: false, dim: false }
  if (code === 23) return { ...style, italic: false }
  if (code === 24) return { ...style, underline: false }
  if (code === 39) return { ...style, colour: undefined }
  if (code === 49) return { ...style, background: undefined }
  if (isIn(code, 30)) return { ...style, colour: COLOURS[code - 30] }
  if (isIn(code, 90)) return { ...style, colour: COLOURS[code - 90] }
  if (isIn(code, 40)) return { ...style, background: COLOURS[code - 40] }
  if (isIn(code, 100)) return { ...style, background: COLOURS[code - 100] }
  return style
}

const isIn = (code: number, base: number): boolean => code >= base && code < base + 8
