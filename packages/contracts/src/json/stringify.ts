/**
 * Writes JSON text, as JSON.stringify does, a bigint with its digits. `space` indents by as many blanks.
 * @throws TypeError for a value that contains itself.
 */
export const stringifyJson = (value: unknown, space = 0): string => {
  try {
    return JSON.stringify(value, undefined, space)
  } catch (error) {
    // What JSON.stringify says of a bigint. It says the same of a cycle: the writer tells them apart.
    if (!(error instanceof TypeError)) throw error
    return new Writer(space).write(value, '\n') as string
  }
}

/** For values with bigints only: the native one is far quicker. */
class Writer {
  readonly #indent: string
  readonly #within = new Set<object>()

  constructor(space: number) {
    this.#indent = ' '.repeat(space)
  }

  /** Undefined for what JSON has no word for. `newline` is a line feed and the indentation. */
  write(value: unknown, newline: string): string | undefined {
    if (typeof value === 'bigint') return String(value)
    if (value === null || typeof value !== 'object') return JSON.stringify(value)
    if ('toJSON' in value && typeof value.toJSON === 'function') return this.write(value.toJSON(''), newline)
    if (this.#within.has(value)) throw new TypeError('the value contains itself')
    this.#within.add(value)
    const text = Array.isArray(value) ? this.#array(value, newline) : this.#object(value, newline)
    this.#within.delete(value)
    return text
  }

  #array(items: readonly unknown[], newline: string): string {
    const inner = newline + this.#indent
    return this.#join(
      '[]',
      items.map((item) => this.write(item, inner) ?? 'null'),
      newline,
    )
  }

  #object(object: object, newline: string): string {
    const inner = newline + this.#indent
    const colon = this.#indent === '' ? ':' : ': '
    const members = Object.entries(object).flatMap(([key, member]) => {
      const text = this.write(member, inner)
      return text === undefined ? [] : [`${JSON.stringify(key)}${colon}${text}`]
    })
    return this.#join('{}', members, newline)
  }

  #join(brackets: string, parts: readonly string[], newline: string): string {
    const [open, close] = brackets
    if (parts.length === 0) return brackets
    if (this.#indent === '') return `${open}${parts.join(',')}${close}`
    const inner = newline + this.#indent
    return `${open}${inner}${parts.join(`,${inner}`)}${newline}${close}`
  }
}
