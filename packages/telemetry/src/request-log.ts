import { destination, levels } from 'pino'

/** One answered request. Nothing of what the caller sent but the id, which is checked where it is read (I8). */
export interface RequestLine {
  readonly requestId: string
  readonly method: string
  /** The route's pattern; `unmatched` for 404s. Never the URL, whose path and query may hold a secret. */
  readonly route: string
  readonly status: number
  /** Milliseconds from the request to the end of its answer. */
  readonly ms: number
}

export interface RequestLog {
  /** Prints a line at level info, or at debug for probes. Costs about a microsecond: lines go out in company. */
  write(line: RequestLine, level: 'info' | 'debug'): void
  /** Prints what has gathered. */
  flush(): void
}

/** Bytes: one write to a pipe of no more than this is never mixed with another. */
const AT_ONCE = 4_096
/** Milliseconds that a line waits for company at most. */
const FLUSH_MS = 200

/**
 * The log of requests, in the form of the logger's lines, on stdout. Beside the logger, which prints each line at once: a
 * request line is the last thing that may cost the answer time.
 * @param level the least severe level printed.
 */
export const createRequestLog = (
  name: string,
  level: string,
  print: (text: string) => void = toStdout(),
): RequestLog => {
  const least = levels.values[level] ?? Number.POSITIVE_INFINITY
  const head = `,"name":${JSON.stringify(name)},"requestId":"`
  let waiting = ''
  const flush = (): void => {
    if (waiting === '') return
    const text = waiting
    waiting = ''
    print(text)
  }
  const timer = setInterval(flush, FLUSH_MS)
  timer.unref()
  process.once('exit', flush)
  return {
    write({ requestId, method, route, status, ms }, at) {
      const number = at === 'info' ? 30 : 20
      if (number < least) return
      waiting +=
        `{"level":${number},"time":${Date.now()}${head}${requestId}","method":"${method}",` +
        `"route":${JSON.stringify(route)},"status":${status},"ms":${Math.round(ms * 100) / 100},"msg":"request"}\n`
      if (waiting.length > AT_ONCE - 512) flush()
    },
    flush,
  }
}

const toStdout = (): ((text: string) => void) => {
  const stdout = destination({ fd: 1, sync: false, minLength: 0 })
  process.once('exit', () => {
    try {
      stdout.flushSync()
    } catch {
      // Nobody reads it any more.
    }
  })
  return (text) => void stdout.write(text)
}
