/**
 * Evaluated inside of the sandbox before any script: its text is all that goes in, so it may use nothing around it.
 *
 * Makes the function that writes the arguments of `console.log` and its like as one line. A text in front may hold
 * placeholders, as in Node and browsers (console.spec.whatwg.org, 2.2): `%s` text, `%d` number, `%i` integer, `%f` number,
 * `%j` JSON, `%o` and `%O` any value, `%c` nothing, `%%` a percent sign. What is left over follows behind blanks.
 */
export function makeFormatter(inspect: (value: unknown) => string): (values: readonly unknown[]) => string {
  const { stringify } = JSON
  const { parseInt: toInteger, parseFloat: toFloat } = Number

  const asText = (value: unknown): string => {
    if (typeof value !== 'object' || value === null || value instanceof Error) return inspect(value)
    // A class that says how it is written as text is taken at its word; all others are shown.
    const { toString: write } = value as { toString?: unknown }
    const isOwn = typeof write === 'function' && write !== Object.prototype.toString
    return isOwn && !Array.isArray(value) && !(value instanceof Date) ? String(value) : inspect(value)
  }
  const asNumber = (value: unknown, read: (text: string) => number): string => {
    if (typeof value === 'bigint') return `${value}n`
    if (typeof value === 'symbol' || (typeof value === 'object' && value !== null && read !== Number))
      return 'NaN'
    return inspect(read(value as string))
  }
  const asJson = (value: unknown): string => {
    try {
      return String(stringify(value))
    } catch {
      return inspect(value)
    }
  }
  const writers: Record<string, (value: unknown) => string> = {
    s: asText,
    d: (value) => asNumber(value, Number),
    i: (value) => asNumber(value, toInteger),
    f: (value) => asNumber(value, toFloat),
    j: asJson,
    o: inspectInside,
    O: inspectInside,
    c: () => '',
  }
  function inspectInside(value: unknown): string {
    return typeof value === 'string' ? stringify(value) : inspect(value)
  }

  return (values) => {
    const [first] = values
    if (typeof first !== 'string' || values.length === 1) return values.map(inspect).join(' ')
    let used = 1
    const text = first.replace(/%([sdifjoOc%])/g, (placeholder, letter: string) => {
      if (letter === '%') return '%'
      return used < values.length ? writers[letter]!(values[used++]) : placeholder
    })
    return [text, ...values.slice(used).map(inspect)].join(' ')
  }
}
