/** How far a list is scrolled, in pixels. */
export interface Scroll {
  /** Above what is in sight. */
  readonly scrollTop: number
  /** In all. */
  readonly scrollHeight: number
  /** In sight. */
  readonly clientHeight: number
}

/** Closer than a row to the end is the end. */
const AT_END = 24

/**
 * Whether a log goes on following its end after it was scrolled. Only a reader moves up: lines that come faster than
 * they are drawn leave the end out of sight without that, and a list that has become shorter is where it was.
 */
export const followsAfter = (follows: boolean, before: Scroll, now: Scroll): boolean => {
  // Scroll positions are rounded to device pixels.
  const wentUp = now.scrollTop < before.scrollTop - 1 && now.scrollHeight >= before.scrollHeight
  if (wentUp) return false
  return follows || now.scrollHeight - now.scrollTop - now.clientHeight <= AT_END
}
