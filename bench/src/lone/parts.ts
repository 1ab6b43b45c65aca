import type { RunMark } from '@millrace/telemetry'

/** All times in milliseconds of the machine's monotonic clock. */
export interface Mark {
  readonly runId: string
  readonly mark: RunMark
  readonly at: number
}

export interface Request {
  readonly sentAt: number
  readonly answeredAt: number
}

export interface Part {
  readonly title: string
  /** Median over all requests. */
  readonly ms: number
}

const TITLES = [
  'request: HTTP, parse, verify',
  'accept: the insert commits',
  'hand-over, or doorbell and claim',
  'decide and play the steps',
  'flush commits',
  'tell whoever waits',
  'answer',
] as const

/** What each part of a lone run takes, from its request to its answer. Requests that were not one after the other, or lack a mark, are left out. */
export function partsOf(requests: readonly Request[], marks: readonly Mark[]): Part[] {
  const spans = requests.flatMap((request) => {
    const span = spanOf(request, marks)
    return span === undefined ? [] : [span]
  })
  return TITLES.map((title, index) => ({ title, ms: median(spans.map((span) => span[index]!)) }))
}

function spanOf({ sentAt, answeredAt }: Request, marks: readonly Mark[]): number[] | undefined {
  const within = marks.filter(({ at }) => at >= sentAt && at <= answeredAt)
  const first = (mark: RunMark) => within.find((each) => each.mark === mark)?.at
  const last = (mark: RunMark) => within.findLast((each) => each.mark === mark)?.at
  const times = [
    sentAt,
    first('accepting'),
    first('accepted'),
    first('begun'),
    last('flushing'),
    last('durable'),
    first('heard'),
    answeredAt,
  ]
  const known = times.filter((time) => time !== undefined)
  if (known.length < times.length) return undefined
  return known.slice(1).map((time, index) => time - known[index]!)
}

const median = (figures: readonly number[]): number =>
  figures.toSorted((a, b) => a - b)[Math.floor(figures.length / 2)] ?? Number.NaN

const WIDTH = 40

/** A bar a part, each beginning where the one before ends. */
export function formatPicture(heading: string, parts: readonly Part[]): string {
  const total = parts.reduce((sum, { ms }) => sum + ms, 0)
  const widest = Math.max(...TITLES.map((title) => title.length))
  let before = 0
  const lines = parts.map(({ title, ms }) => {
    const start = Math.round((before / total) * WIDTH)
    before += ms
    const end = Math.max(start + 1, Math.round((before / total) * WIDTH))
    const bar = `${' '.repeat(start)}${'█'.repeat(end - start)}`.padEnd(WIDTH + 1)
    return `  ${title.padEnd(widest)}  ${ms.toFixed(2).padStart(6)} ms  ${bar}`.trimEnd()
  })
  return [`${heading}: ${total.toFixed(1)} ms`, ...lines].join('\n')
}
