import { Frame } from './frame.js'

/** What `@`, `#` and `%` have bound on the way to a value, by name; the value itself is `@`. */
export type Tuple = Map<string, unknown>

export function frameOf(tuple: Tuple, outer: Frame): Frame {
  const frame = new Frame(outer.run, outer)
  for (const [name, value] of tuple) frame.bind(name, value)
  return frame
}
