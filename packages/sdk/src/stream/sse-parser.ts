/** One message of an event stream. `id` is the last one seen on the stream, as the standard has it. */
export interface SseMessage {
  readonly id: string | undefined
  readonly event: string
  readonly data: string
}

export interface SseParser {
  /** Takes the next piece of the stream, cut anywhere, and gives the messages it completes, in order. */
  push(text: string): SseMessage[]
  /** The reconnection time in milliseconds that the server last asked for. */
  readonly retryMs: number | undefined
}

/**
 * A parser of `text/event-stream` (WHATWG HTML, section 9.2.6). It takes decoded text: a streaming TextDecoder
 * joins characters that a chunk cuts and drops the byte order mark. A message cut off by the end of the stream
 * is never given.
 */
export const createSseParser = (): SseParser => {
  let pending = ''
  let data: string[] = []
  let event = ''
  let id: string | undefined
  let retryMs: number | undefined

  const dispatch = (): SseMessage[] => {
    const message = { id, event: event === '' ? 'message' : event, data: data.join('\n') }
    const empty = data.length === 0
    data = []
    event = ''
    return empty ? [] : [message]
  }

  const setField = (name: string, value: string): void => {
    if (name === 'data') data.push(value)
    else if (name === 'event') event = value
    else if (name === 'id' && !value.includes('\0')) id = value
    else if (name === 'retry' && /^\d+$/.test(value)) retryMs = Number(value)
  }

  const takeLine = (line: string): SseMessage[] => {
    if (line === '') return dispatch()
    const colon = line.indexOf(':')
    if (colon === -1) setField(line, '')
    else if (colon > 0) setField(line.slice(0, colon), line.slice(colon + 1).replace(/^ /, ''))
    return []
  }

  return {
    push(text) {
      const { lines, rest } = splitLines(pending + text)
      pending = rest
      return lines.flatMap(takeLine)
    },
    get retryMs() {
      return retryMs
    },
  }
}

/** Lines end in LF, CR LF or CR. A CR at the very end stays: its LF may be in the next piece. */
const splitLines = (text: string): { lines: string[]; rest: string } => {
  const lines = text.split(/\r\n|\n|\r(?!$)/)
  return { rest: lines.pop() ?? '', lines }
}
