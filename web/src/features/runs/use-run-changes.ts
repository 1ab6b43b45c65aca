import { useEffect, useRef, useState } from 'react'
import { ApiError } from '../../api/api-error.js'
import { useApi } from '../../api/context.js'
import { pageVisibility } from '../../api/page-visibility.js'
import { EventStream, type StreamState } from '../../api/sse.js'
import type { SseMessage } from '../../api/sse-parser.js'
import { type RunChange, runChange } from './live-rows.js'

/**
 * Follows the workspace's run list while mounted.
 * @param onChanges gets what one read of the stream brought, in order.
 * @param onBreak is told once the stream is back: what changed meanwhile was not sent.
 */
export const useRunChanges = (
  onChanges: (changes: readonly RunChange[]) => void,
  onBreak: () => void,
): StreamState['kind'] => {
  const { client } = useApi()
  const [state, setState] = useState<StreamState['kind']>('connecting')
  const latest = useRef({ onChanges, onBreak })
  useEffect(() => {
    latest.current = { onChanges, onBreak }
  })
  useEffect(() => {
    const leaving = new AbortController()
    let broken = false
    const stream = new EventStream({
      open: (_lastId, signal) => client.follow({ kind: 'changes' }, signal),
      lastId: () => undefined,
      onMessages: (messages) => latest.current.onChanges(changesIn(messages)),
      onState: ({ kind }) => {
        setState(kind)
        if (kind === 'live' && broken) latest.current.onBreak()
        broken = kind === 'reconnecting' || kind === 'paused' || (broken && kind !== 'live')
      },
      isComplete: async () => false,
      isFinal: (error) => error instanceof ApiError && error.status === 403,
      now: () => performance.now(),
      random: Math.random,
      visibility: pageVisibility,
      signal: leaving.signal,
    })
    void stream.run()
    return () => leaving.abort()
  }, [client])
  return state
}

const changesIn = (messages: readonly SseMessage[]): RunChange[] =>
  messages.flatMap(({ event, data }) => {
    if (event !== 'run') return []
    const parsed = runChange.safeParse(JSON.parse(data))
    return parsed.success ? [parsed.data] : []
  })
