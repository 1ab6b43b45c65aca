import { useEffect, useState, useSyncExternalStore } from 'react'
import { RunSession, type RunSessionOptions, type RunSnapshot } from './run-session.js'

/** A session that follows its run for as long as the screen shows it. The caller's key makes another run another one. */
export function useRunSession(options: () => RunSessionOptions): RunSession {
  const [session] = useState(() => new RunSession(options()))
  useEffect(() => session.start(), [session])
  useEffect(() => {
    window.addEventListener('online', session.reconnect)
    return () => window.removeEventListener('online', session.reconnect)
  }, [session])
  return session
}

export const useRunSnapshot = (session: RunSession): RunSnapshot =>
  useSyncExternalStore(session.subscribe, session.getSnapshot)
