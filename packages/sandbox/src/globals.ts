import type { Json } from '@millrace/contracts'

type Path = readonly (string | number)[]

/**
 * Text for `DEFINE_GLOBALS`: the values as JSON, and apart from it what JSON has no word for: the names of globals that
 * are undefined, and the big integers that JSON.parse would round.
 */
export const encodeGlobals = (globals: Readonly<Record<string, Json | undefined>>): string => {
  const exact: [Path, string][] = []
  const empty = Object.keys(globals).filter((name) => globals[name] === undefined)
  try {
    return JSON.stringify({ values: globals, exact, empty })
  } catch (error) {
    if (!(error instanceof TypeError)) throw error
    collect(globals, [], exact)
    return JSON.stringify({ values: globals, exact, empty }, (_key, value: unknown) =>
      typeof value === 'bigint' ? 0 : value,
    )
  }
}

const collect = (
  value: Json | undefined | Readonly<Record<string, Json | undefined>>,
  path: Path,
  found: [Path, string][],
): void => {
  if (typeof value === 'bigint') found.push([path, String(value)])
  else if (Array.isArray(value))
    for (const [index, item] of value.entries()) collect(item, [...path, index], found)
  else if (value !== null && typeof value === 'object')
    for (const [key, member] of Object.entries(value)) collect(member, [...path, key], found)
}

/** Evaluated inside the sandbox: makes the globals, big integers as BigInt. */
export const DEFINE_GLOBALS = `(text) => {
  const { values, exact, empty } = JSON.parse(text)
  for (const [path, digits] of exact) {
    const last = path.pop()
    path.reduce((value, key) => value[key], values)[last] = BigInt(digits)
  }
  for (const key of empty) globalThis[key] = undefined
  for (const key of Object.keys(values)) globalThis[key] = values[key]
}`
