import { useEffect, useState } from 'react'
import { formatRelative } from './relative-time.js'

/** Wall-clock milliseconds that move on by themselves. */
export const useNow = (everyMs: number): number => {
  const [now, setNow] = useState(Date.now)
  useEffect(() => {
    const timer = setInterval(() => setNow(Date.now()), everyMs)
    return () => clearInterval(timer)
  }, [everyMs])
  return now
}

/** `now` from the list that shows many, so that one clock moves them all. */
export const TimeAgo = ({ at, now }: { readonly at: string; readonly now: number }) => (
  <time dateTime={at} title={new Date(at).toLocaleString()}>
    {formatRelative(Date.parse(at), now)}
  </time>
)
