import type { RunState } from '@millrace/engine'

/** What a state points back to, and what it shares with every other state of its run. */
const LEFT_OUT: ReadonlySet<string> = new Set(['graph', 'scope', 'container', 'body'])

/** A state as plain data that two states can be compared by. */
export const plainState = (state: RunState): unknown =>
  JSON.parse(
    JSON.stringify(state, (key, value) => {
      if (LEFT_OUT.has(key)) return undefined
      return value instanceof Map || value instanceof Set ? [...value] : value
    }),
  )
