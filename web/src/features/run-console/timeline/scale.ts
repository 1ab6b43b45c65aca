/** The stretch of time a timeline shows. Milliseconds. */
export interface TimeRange {
  readonly from: number
  readonly to: number
}

const SECOND = 1_000
const MINUTE = 60 * SECOND
const HOUR = 60 * MINUTE
const DAY = 24 * HOUR

/** Distances between ticks that a person can count in. */
const STEPS = [
  ...[1, 2, 5, 10, 20, 50, 100, 200, 500],
  ...[1, 2, 5, 10, 15, 30].map((count) => count * SECOND),
  ...[1, 2, 5, 10, 15, 30].map((count) => count * MINUTE),
  ...[1, 2, 6, 12].map((count) => count * HOUR),
  ...[1, 2, 7, 14, 30, 90, 365].map((count) => count * DAY),
]

/** Ticks as distances from the run's start, at most `most` of them. */
export function ticksOf(range: TimeRange, origin: number, most: number): number[] {
  const length = range.to - range.from
  const step = STEPS.find((each) => length / each <= most) ?? STEPS.at(-1)!
  const ticks: number[] = []
  for (let at = Math.ceil((range.from - origin) / step) * step; origin + at <= range.to; at += step)
    ticks.push(at)
  return ticks
}

/** Where a time stands in the range, in percent; what lies outside is cut off. */
export const percentAt = ({ from, to }: TimeRange, at: number): number =>
  Math.max(0, Math.min(100, ((at - from) / Math.max(to - from, 1)) * 100))

/** Zooms by a factor around a place (0 to 1 of the range), within the limits. */
export function zoomRange(range: TimeRange, limits: TimeRange, factor: number, place: number): TimeRange {
  const whole = limits.to - limits.from
  const length = Math.max(Math.min((range.to - range.from) * factor, whole), Math.min(5, whole))
  const pivot = range.from + (range.to - range.from) * place
  return moveInto({ from: pivot - length * place, to: pivot + length * (1 - place) }, limits)
}

export const panRange = (range: TimeRange, limits: TimeRange, share: number): TimeRange => {
  const shift = (range.to - range.from) * share
  return moveInto({ from: range.from + shift, to: range.to + shift }, limits)
}

function moveInto({ from, to }: TimeRange, limits: TimeRange): TimeRange {
  if (from < limits.from) return { from: limits.from, to: Math.min(limits.to, limits.from + (to - from)) }
  if (to > limits.to) return { from: Math.max(limits.from, limits.to - (to - from)), to: limits.to }
  return { from, to }
}
