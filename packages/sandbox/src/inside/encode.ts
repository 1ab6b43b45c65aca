/**
 * Evaluated inside of the sandbox before any script: its text is all that goes in, so it may use nothing around it.
 *
 * Makes the function that writes a script's result as JSON text; undefined for a result that is none. It keeps what JSON
 * has no word for where there is one right way to say it, and refuses the rest by its path, instead of null or {}:
 * documented in docs/NODES.md, `transform.script`.
 */
export function makeEncoder(): (result: unknown) => string | undefined {
  const { stringify: quote } = JSON
  const { isArray } = Array
  const { keys } = Object
  const { isView } = ArrayBuffer
  const tagOf = Object.prototype.toString
  // Each level takes several frames of QuickJS's stack of 512 KB.
  const MAX_DEPTH = 200
  const PLAIN = new Set([
    '[object Object]',
    '[object Array]',
    '[object Arguments]',
    '[object JSON]',
    '[object Math]',
  ])
  const path: (string | number)[] = []
  const around: unknown[] = []

  const place = (): string => {
    let text = 'the result'
    for (const part of path)
      text +=
        typeof part === 'number'
          ? `[${part}]`
          : /^[A-Za-z_$][\w$]*$/.test(part)
            ? `.${part}`
            : `[${quote(part)}]`
    return text
  }
  const refuse = (what: string): never => {
    throw new TypeError(`${place()} ${what}`)
  }
  const bytesAsBase64 = (bytes: Uint8Array): string => {
    let binary = ''
    for (let at = 0; at < bytes.length; at += 4_096)
      binary += String.fromCharCode(...bytes.subarray(at, at + 4_096))
    return btoa(binary)
  }
  const bytesOf = (value: ArrayBuffer | ArrayBufferView): Uint8Array =>
    isView(value) ? new Uint8Array(value.buffer, value.byteOffset, value.byteLength) : new Uint8Array(value)

  const encodeNumber = (value: number): string => {
    if (value - value !== 0) refuse(`is ${value}, which JSON cannot say`)
    if (value === 0) return '0'
    // With its own digits: the shortest that read as this double are another integer.
    if (Number.isInteger(value) && !Number.isSafeInteger(value) && Math.abs(value) < 1e21)
      return `${BigInt(value)}`
    return `${value}`
  }
  const encodeList = (list: ArrayLike<unknown>): string => {
    let text = '['
    for (let index = 0; index < list.length; index++) {
      path.push(index)
      text += (index === 0 ? '' : ',') + (encode(list[index]) ?? 'null')
      path.pop()
    }
    return `${text}]`
  }
  const encodeMembers = (entries: Iterable<[string, unknown]>): string => {
    let text = '{'
    for (const [key, member] of entries) {
      path.push(key)
      if (key === '__proto__') refuse('is a key that is not accepted')
      const encoded = encode(member)
      if (encoded !== undefined) text += `${text === '{' ? '' : ','}${quote(key)}:${encoded}`
      path.pop()
    }
    return `${text}}`
  }
  const membersOf = (value: object): [string, unknown][] =>
    keys(value).map((key) => [key, (value as Record<string, unknown>)[key]])

  const encodeObject = (value: object): string | undefined => {
    const { toJSON } = value as { toJSON?: unknown }
    if (value instanceof Date && Number.isNaN(Number(value))) refuse('is an invalid date')
    if (typeof toJSON === 'function') return encode(toJSON.call(value, String(path.at(-1) ?? '')))
    if (isArray(value)) return encodeList(value)
    if (value instanceof Map) {
      const entries = [...value]
      return entries.every(([key]) => typeof key === 'string') ? encodeMembers(entries) : encodeList(entries)
    }
    if (value instanceof Set) return encodeList([...value])
    if (value instanceof Error)
      return encodeMembers([['name', value.name], ['message', value.message], ...membersOf(value)])
    if (value instanceof RegExp) return quote(String(value))
    if (
      value instanceof Number ||
      value instanceof String ||
      value instanceof Boolean ||
      value instanceof BigInt
    )
      return encode(value.valueOf())
    if (value instanceof ArrayBuffer || value instanceof Uint8Array || value instanceof DataView)
      return `{"base64":"${bytesAsBase64(bytesOf(value))}"}`
    if (isView(value)) return encodeList(value as unknown as ArrayLike<number>)
    const tag = tagOf.call(value)
    if (!PLAIN.has(tag) && Object.getPrototypeOf(value) !== null && !keys(value).length)
      refuse(`is a ${tag.slice(8, -1)}, which JSON cannot say`)
    return encodeMembers(membersOf(value))
  }
  const encode = (value: unknown): string | undefined => {
    if (value === null) return 'null'
    if (typeof value === 'string') return quote(value)
    if (typeof value === 'number') return encodeNumber(value)
    if (typeof value === 'boolean' || typeof value === 'bigint') return `${value}`
    // As JSON.stringify: not a member of an object, null in a list.
    if (typeof value !== 'object') return undefined
    if (around.includes(value)) refuse('holds itself: it is circular')
    if (around.length === MAX_DEPTH) refuse(`is nested more than ${MAX_DEPTH} levels deep`)
    around.push(value)
    const text = encodeObject(value)
    around.pop()
    return text
  }
  return (result) => {
    if (typeof result === 'function' || typeof result === 'symbol')
      refuse(`is a ${typeof result}, which JSON cannot say`)
    return encode(result)
  }
}
