import { useEffect, useRef, useState } from 'react'
import type { Score } from './score.js'

export const SPEEDS = [0.5, 1, 2, 5, 10, 20] as const

export interface Replay {
  /** The moment being played; undefined while it stands still. */
  readonly playing: number | undefined
  readonly speed: number
  play(from: number): void
  /** Stops, and gives where. */
  pause(): number | undefined
  setSpeed(speed: number): void
}

/** Moves through the score with the clock, at most one moment a frame; calls `onEnd` with the last. */
export function useReplay(score: Score, lastSeq: number, onEnd: (seq: number) => void): Replay {
  const [playing, setPlaying] = useState<number>()
  const [speed, setSpeed] = useState(1)
  const playhead = useRef(0)
  const isPlaying = playing !== undefined
  const end = useRef(onEnd)
  end.current = onEnd

  useEffect(() => {
    if (!isPlaying) return
    let before = performance.now()
    let frame = requestAnimationFrame(function tick(now) {
      playhead.current += (now - before) * speed
      before = now
      const seq = score.seqAt(playhead.current)
      if (seq >= lastSeq) {
        setPlaying(undefined)
        return end.current(lastSeq)
      }
      setPlaying(seq)
      frame = requestAnimationFrame(tick)
    })
    return () => cancelAnimationFrame(frame)
  }, [isPlaying, score, speed, lastSeq])

  return {
    playing,
    speed,
    setSpeed,
    play: (from) => {
      const start = from >= lastSeq ? 0 : from
      playhead.current = score.timeOf(start)
      setPlaying(start)
    },
    pause: () => {
      setPlaying(undefined)
      return playing
    },
  }
}
