import type { AskHost } from './web.js'

/**
 * Evaluated inside of the sandbox before any script: its text is all that goes in, so it may use nothing around it.
 *
 * Intl and the toLocaleString family, which the engine lacks: the host formats. Times are in UTC unless a time zone is
 * named, as they are everywhere in a script.
 */
export function installIntl(ask: AskHost): void {
  type Value = unknown
  const plain = (value: Value): Value => {
    if (value instanceof Date) return { time: Number(value) }
    if (typeof value === 'bigint') return { digits: String(value) }
    if (typeof value === 'number' && !Number.isFinite(value)) return { digits: String(value) }
    return value
  }
  const call = (
    kind: string,
    self: { locales: Value; options: Value },
    method: string,
    values: Value[],
  ): Value =>
    ask('intl', {
      kind,
      locales: self.locales ?? null,
      options: self.options ?? null,
      method,
      values: values.map(plain),
    })

  const formatter = (kind: string, methods: readonly string[]) => {
    class Formatter {
      readonly #self: { locales: Value; options: Value }
      constructor(locales?: Value, options?: Value) {
        this.#self = { locales, options }
        call(kind, this.#self, 'resolvedOptions', [])
        for (const method of methods) {
          const bound = (...values: Value[]): Value => call(kind, this.#self, method, values)
          Object.defineProperty(this, method, { value: bound, enumerable: false })
        }
      }
      static supportedLocalesOf(locales: Value): Value {
        return call(kind, { locales: undefined, options: undefined }, 'supportedLocalesOf', [locales])
      }
    }
    Object.defineProperty(Formatter, 'name', { value: kind })
    // Those that may be called without `new` (ECMA-402, section 11.1.1 and 16.1.1), and no harm for the others.
    return new Proxy(Formatter, {
      apply: (Kind, _self, [locales, options]: Value[]) => new Kind(locales, options),
    })
  }
  const withParts = ['format', 'formatToParts', 'resolvedOptions']
  const kinds = {
    NumberFormat: formatter('NumberFormat', [...withParts, 'formatRange']),
    DateTimeFormat: formatter('DateTimeFormat', [...withParts, 'formatRange']),
    RelativeTimeFormat: formatter('RelativeTimeFormat', withParts),
    ListFormat: formatter('ListFormat', withParts),
    PluralRules: formatter('PluralRules', ['select', 'resolvedOptions']),
    Collator: formatter('Collator', ['compare', 'resolvedOptions']),
    DisplayNames: formatter('DisplayNames', ['of', 'resolvedOptions']),
  }
  Object.defineProperty(globalThis, 'Intl', {
    value: kinds,
    writable: true,
    configurable: true,
    enumerable: false,
  })

  const override = (prototype: object, name: string, value: unknown): void => {
    Object.defineProperty(prototype, name, { value, writable: true, configurable: true, enumerable: false })
  }
  const formatNumber = function (this: number | bigint, locales?: Value, options?: Value): Value {
    return call('NumberFormat', { locales, options }, 'format', [this.valueOf()])
  }
  override(Number.prototype, 'toLocaleString', formatNumber)
  override(BigInt.prototype, 'toLocaleString', formatNumber)
  override(
    String.prototype,
    'localeCompare',
    function (this: string, other: unknown, locales?: Value, options?: Value) {
      return call('Collator', { locales, options }, 'compare', [String(this), String(other)])
    },
  )
  for (const [name, method] of [
    ['toLocaleUpperCase', 'upper'],
    ['toLocaleLowerCase', 'lower'],
  ] as const)
    override(String.prototype, name, function (this: string, locales?: Value) {
      return ask('localeCase', { method, text: String(this), locales: locales ?? null })
    })
  for (const method of ['toLocaleString', 'toLocaleDateString', 'toLocaleTimeString'])
    override(Date.prototype, method, function (this: Date, locales?: Value, options?: Value) {
      return ask('localeDate', {
        method,
        time: Number(this),
        locales: locales ?? null,
        options: options ?? null,
      })
    })
}
