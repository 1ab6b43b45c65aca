/**
 * Evaluated inside of the sandbox before any script: its text is all that goes in, so it may use nothing around it.
 *
 * Makes the function that writes any value as text for a person: what `console.log` prints, and what was thrown. Texts
 * stand as they are, plain data as JSON; everything else by a name, a circular reference as [Circular].
 */
export function makeInspector(): (value: unknown) => string {
  const { stringify: quote } = JSON
  const MAX_DEPTH = 20
  const MAX_MEMBERS = 1_000

  const inside = (value: unknown, around: readonly unknown[]): string => {
    if (typeof value === 'string') return quote(value)
    if (typeof value === 'bigint') return `${value}n`
    if (typeof value === 'symbol') return String(value)
    if (typeof value === 'function') return `[Function${value.name === '' ? '' : `: ${value.name}`}]`
    if (typeof value !== 'object' || value === null) return Object.is(value, -0) ? '-0' : String(value)
    if (around.includes(value)) return '[Circular]'
    if (around.length === MAX_DEPTH) return Array.isArray(value) ? '[…]' : '{…}'
    return ofObject(value, [...around, value])
  }
  const cut = (parts: string[], size: number): string =>
    (size > MAX_MEMBERS ? [...parts, `… ${size - MAX_MEMBERS} more`] : parts).join(',')
  const list = (values: readonly unknown[], around: readonly unknown[]): string =>
    `[${cut(
      values.slice(0, MAX_MEMBERS).map((each) => inside(each, around)),
      values.length,
    )}]`
  const ofObject = (value: object, around: readonly unknown[]): string => {
    if (value instanceof Error) return ofError(value)
    if (value instanceof Date) return Number.isNaN(Number(value)) ? 'Invalid Date' : value.toISOString()
    if (value instanceof RegExp) return String(value)
    if (value instanceof Map) return `Map(${value.size}) ${list([...value], around)}`
    if (value instanceof Set) return `Set(${value.size}) ${list([...value], around)}`
    if (value instanceof Promise) return '[Promise]'
    if (Array.isArray(value)) return list(value, around)
    if (ArrayBuffer.isView(value) && !(value instanceof DataView))
      return `${value.constructor.name} ${list(Array.from(value as unknown as ArrayLike<number>), around)}`
    const { toJSON } = value as { toJSON?: unknown }
    if (typeof toJSON === 'function') return inside(toJSON.call(value, ''), around)
    const names = Object.keys(value)
    const members = names.slice(0, MAX_MEMBERS).map((name) => {
      const member = (value as Record<string, unknown>)[name]
      return `${quote(name)}:${inside(member, around)}`
    })
    return `{${cut(members, names.length)}}`
  }
  const ofError = ({ name, message }: Error): string => (message === '' ? name : `${name}: ${message}`)

  return (value) => {
    try {
      return typeof value === 'string' ? value : inside(value, [])
    } catch {
      return '[a value that cannot be read]'
    }
  }
}
