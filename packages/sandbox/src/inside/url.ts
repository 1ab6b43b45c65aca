import type { AskHost } from './web.js'

/**
 * Evaluated inside of the sandbox before any script: its text is all that goes in, so it may use nothing around it.
 *
 * URL and URLSearchParams; parsing and serialising are the host's (WHATWG URL).
 */
export function installUrl(ask: AskHost): void {
  type Pairs = [string, string][]
  const PARTS = [
    'href',
    'origin',
    'protocol',
    'username',
    'password',
    'host',
    'hostname',
    'port',
    'pathname',
    'search',
    'hash',
  ]

  class URLSearchParams {
    #pairs: Pairs
    #changed: (() => void) | undefined

    constructor(init: unknown = '') {
      if (typeof init === 'object' && init !== null)
        this.#pairs = [
          ...((Symbol.iterator in init ? init : Object.entries(init)) as Iterable<Pairs[number]>),
        ].map(([name, value]) => [String(name), String(value)])
      else this.#pairs = ask('parseQuery', String(init)) as Pairs
    }
    /** Those of a URL, which follows them. */
    static of(search: string, changed: () => void): URLSearchParams {
      const params = new URLSearchParams(search)
      params.#changed = changed
      return params
    }
    /** Follows its URL. */
    static reset(params: URLSearchParams, search: string): void {
      params.#pairs = ask('parseQuery', search) as Pairs
    }
    get size(): number {
      return this.#pairs.length
    }
    append(name: unknown, value: unknown): void {
      this.#set([...this.#pairs, [String(name), String(value)]])
    }
    delete(name: unknown, value?: unknown): void {
      this.#set(
        this.#pairs.filter(([n, v]) => n !== String(name) || (value !== undefined && v !== String(value))),
      )
    }
    get(name: unknown): string | null {
      return this.#pairs.find(([n]) => n === String(name))?.[1] ?? null
    }
    getAll(name: unknown): string[] {
      return this.#pairs.filter(([n]) => n === String(name)).map(([, value]) => value)
    }
    has(name: unknown, value?: unknown): boolean {
      return this.#pairs.some(([n, v]) => n === String(name) && (value === undefined || v === String(value)))
    }
    set(name: unknown, value: unknown): void {
      const first = this.#pairs.findIndex(([n]) => n === String(name))
      if (first === -1) return this.append(name, value)
      const kept = this.#pairs.filter(([n], index) => n !== String(name) || index === first)
      this.#set(kept.map(([n, v]): [string, string] => (n === String(name) ? [n, String(value)] : [n, v])))
    }
    sort(): void {
      this.#set([...this.#pairs].sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0)))
    }
    forEach(callback: (value: string, name: string, params: URLSearchParams) => void): void {
      for (const [name, value] of this.#pairs) callback(value, name, this)
    }
    *entries(): Generator<[string, string]> {
      for (const [name, value] of this.#pairs) yield [name, value]
    }
    *keys(): Generator<string> {
      for (const [name] of this.#pairs) yield name
    }
    *values(): Generator<string> {
      for (const [, value] of this.#pairs) yield value
    }
    [Symbol.iterator](): Generator<[string, string]> {
      return this.entries()
    }
    toString(): string {
      return ask('writeQuery', this.#pairs) as string
    }
    toJSON(): string {
      return this.toString()
    }
    #set(pairs: Pairs): void {
      this.#pairs = pairs
      this.#changed?.()
    }
  }

  class URL {
    #parts: Record<string, string>
    #params: URLSearchParams

    constructor(url: unknown, base?: unknown) {
      const parts = ask('parseUrl', [String(url), base === undefined ? null : String(base)])
      if (parts === null) throw new TypeError(`Invalid URL: ${String(url)}`)
      this.#parts = parts as Record<string, string>
      this.#params = URLSearchParams.of(this.#parts['search'] ?? '', () => {
        const query = this.#params.toString()
        this.#parts = ask('changeUrl', [this.#parts['href'], 'search', query]) as Record<string, string>
      })
    }
    static canParse(url: unknown, base?: unknown): boolean {
      return ask('parseUrl', [String(url), base === undefined ? null : String(base)]) !== null
    }
    static parse(url: unknown, base?: unknown): URL | null {
      return URL.canParse(url, base) ? new URL(url, base) : null
    }
    static part(url: URL, name: string): string {
      return url.#parts[name] ?? ''
    }
    static change(url: URL, name: string, value: unknown): void {
      const parts = ask('changeUrl', [url.#parts['href'], name, String(value)])
      if (parts === null) throw new TypeError(`Invalid URL: ${String(value)}`)
      url.#parts = parts as Record<string, string>
      URLSearchParams.reset(url.#params, url.#parts['search'] ?? '')
    }
    get searchParams(): URLSearchParams {
      return this.#params
    }
    toString(): string {
      return this.#parts['href'] ?? ''
    }
    toJSON(): string {
      return this.toString()
    }
  }
  const { part, change } = URL
  for (const name of PARTS)
    Object.defineProperty(URL.prototype, name, {
      get(this: URL) {
        return part(this, name)
      },
      set(this: URL, value: unknown) {
        if (name !== 'origin') change(this, name, value)
      },
      configurable: true,
      enumerable: true,
    })
  for (const hidden of ['part', 'change']) delete (URL as unknown as Record<string, unknown>)[hidden]
  for (const [name, value] of Object.entries({ URL, URLSearchParams }))
    Object.defineProperty(globalThis, name, { value, writable: true, configurable: true, enumerable: false })
}
