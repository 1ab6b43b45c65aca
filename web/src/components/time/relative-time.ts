/** From the newest unit that fits: just now, 12 s ago, in 3 h. Beyond a month, the date. */
export const formatRelative = (at: number, now: number): string => {
  const distance = Math.abs(at - now)
  if (distance < 5_000) return 'just now'
  if (distance > 30 * 86_400_000) return new Date(at).toISOString().slice(0, 10)
  const text = largestUnit(distance / 1_000)
  return at < now ? `${text} ago` : `in ${text}`
}

const largestUnit = (seconds: number): string => {
  if (seconds < 60) return `${Math.floor(seconds)} s`
  if (seconds < 3_600) return `${Math.floor(seconds / 60)} min`
  if (seconds < 86_400) return `${Math.floor(seconds / 3_600)} h`
  return `${Math.floor(seconds / 86_400)} d`
}
