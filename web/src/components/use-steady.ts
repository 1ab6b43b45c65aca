import { useCallback, useRef } from 'react'

/**
 * The same function at every render, which calls the latest one: what is drawn with it, and memoized, is not drawn again
 * because its parent was. For handlers of events, not for what is called while rendering.
 */
export const useSteady = <A extends readonly unknown[], R>(act: (...args: A) => R): ((...args: A) => R) => {
  const latest = useRef(act)
  latest.current = act
  return useCallback((...args: A) => latest.current(...args), [])
}
