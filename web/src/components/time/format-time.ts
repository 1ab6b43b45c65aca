/** A length of time, short enough for a column: `0 ms`, `980 ms`, `4.2 s`, `3 m 07 s`, `2 h 05 m`, `3 d 04 h`. */
export function formatDuration(ms: number): string {
  if (ms < 1_000) return `${Math.max(0, Math.round(ms))} ms`
  if (ms < 60_000) return `${(Math.floor(ms / 100) / 10).toFixed(1)} s`
  const seconds = Math.floor(ms / 1_000)
  if (seconds < 3_600) return `${Math.floor(seconds / 60)} m ${twoDigits(seconds % 60)} s`
  const minutes = Math.floor(seconds / 60)
  if (minutes < 1_440) return `${Math.floor(minutes / 60)} h ${twoDigits(minutes % 60)} m`
  const hours = Math.floor(minutes / 60)
  return `${Math.floor(hours / 24)} d ${twoDigits(hours % 24)} h`
}

const twoDigits = (value: number): string => String(value).padStart(2, '0')

const CLOCK = new Intl.DateTimeFormat('en-GB', { timeStyle: 'medium' })
const DAY = new Intl.DateTimeFormat('en-GB', { dateStyle: 'medium' })

/** A time as the reader's own clock has it: `14:03:59`. */
const formatClock = (at: number): string => CLOCK.format(at)

/** With milliseconds, for logs: `14:03:59.120`. */
export const formatPreciseClock = (at: number): string =>
  `${CLOCK.format(at)}.${String(Math.floor(at) % 1_000).padStart(3, '0')}`

/** With the day unless it is today's: `14:03:59`, `3 Nov 2026, 14:03:59`. */
export const formatTime = (at: number, now: number): string =>
  DAY.format(at) === DAY.format(now) ? formatClock(at) : `${DAY.format(at)}, ${formatClock(at)}`
