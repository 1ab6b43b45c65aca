/** Milliseconds for people: `12 ms`, `1.2 s`, `2 min 5 s`, `1 h 2 min`, `3 d 4 h`. */
export const formatDuration = (ms: number): string => {
  const whole = Math.max(0, Math.round(ms))
  if (whole < 1_000) return `${whole} ms`
  if (whole < 59_950) return `${(whole / 1_000).toFixed(1)} s`
  const seconds = Math.round(whole / 1_000)
  if (seconds < 3_600) return pair(seconds, 60, 'min', 's')
  const minutes = Math.round(seconds / 60)
  if (minutes < 1_440) return pair(minutes, 60, 'h', 'min')
  return pair(Math.round(minutes / 60), 24, 'd', 'h')
}

const pair = (amount: number, size: number, big: string, small: string): string => {
  const rest = amount % size
  return `${Math.floor(amount / size)} ${big}${rest === 0 ? '' : ` ${rest} ${small}`}`
}
