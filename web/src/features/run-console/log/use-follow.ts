import { type RefObject, useRef, useState } from 'react'
import type { VirtuosoHandle } from 'react-virtuoso'
import { followsAfter, type Scroll } from './follow.js'

const UNSCROLLED: Scroll = { scrollTop: 0, scrollHeight: 0, clientHeight: 0 }

/** Sticks to the end of the list, counts what comes while the reader is elsewhere, and goes back on demand. */
export function useFollow(list: RefObject<VirtuosoHandle | null>, length: number, startsAtEnd: boolean) {
  const [leftAt, setLeftAt] = useState<number | undefined>(startsAtEnd ? undefined : length)
  const before = useRef(UNSCROLLED)
  const isOn = leftAt === undefined
  return {
    // A function, since the list would follow a plain value only while it sees its end.
    output: () => (isOn ? ('auto' as const) : (false as const)),
    unseen: isOn ? 0 : Math.max(0, length - leftAt),
    onScroll: ({ scrollTop, scrollHeight, clientHeight }: Scroll) => {
      const now = { scrollTop, scrollHeight, clientHeight }
      const follows = followsAfter(isOn, before.current, now)
      before.current = now
      if (follows !== isOn) setLeftAt(follows ? undefined : length)
    },
    jump: () => list.current?.scrollToIndex({ index: length - 1, align: 'end' }),
  }
}
