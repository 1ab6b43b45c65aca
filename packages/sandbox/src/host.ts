import { randomBytes, randomUUID } from 'node:crypto'
import { TextDecoder as WhatwgDecoder } from '@exodus/bytes/encoding.js'
import type { LogLine } from './protocol.js'

/** What the sandbox asks its host: pure functions from JSON to JSON, randomness, and lines to print. */
type Answers = Record<string, (argument: never) => unknown>

const MAX_RANDOM = 65_536
/** Locales and options seen lately: making a formatter takes a hundred times as long as using it. */
const MAX_FORMATTERS = 50

const ANSWERS: Answers = {
  uuid: () => randomUUID(),
  random: (length: number) => randomBytes(Math.min(length, MAX_RANDOM)).toString('base64'),
  encodingOf: (label: string) => new WhatwgDecoder(label).encoding,
  decode: ({
    base64,
    encoding,
    ...options
  }: {
    base64: string
    encoding: string
    fatal: boolean
    ignoreBOM: boolean
  }) => {
    // Node's own reads windows-1252 as latin1.
    const Decoder = encoding === 'utf-8' ? TextDecoder : WhatwgDecoder
    return new Decoder(encoding, options).decode(Buffer.from(base64, 'base64'))
  },
  parseQuery: (text: string) => [...new URLSearchParams(text)],
  writeQuery: (pairs: [string, string][]) => new URLSearchParams(pairs).toString(),
  parseUrl: ([url, base]: [string, string | null]) =>
    URL.canParse(url, base ?? undefined) ? partsOf(new URL(url, base ?? undefined)) : null,
  changeUrl: ([href, name, value]: [string, UrlPart, string]) => changeUrl(new URL(href), name, value),
  intl: (question: IntlQuestion) => askIntl(question),
  localeCase: ({
    method,
    text,
    locales,
  }: {
    method: 'upper' | 'lower'
    text: string
    locales: string | null
  }) =>
    method === 'upper'
      ? text.toLocaleUpperCase(locales ?? undefined)
      : text.toLocaleLowerCase(locales ?? undefined),
  localeDate: ({ method, time, locales, options }: LocaleDateQuestion) =>
    new Date(time)[method](locales ?? undefined, { timeZone: 'UTC', ...options }),
}

/** Answers as JSON: `{ value }`, or `{ error }` with the name and message of what was thrown. */
export function answerHost(question: string, argument: string): string {
  try {
    const answer = Object.hasOwn(ANSWERS, question) ? ANSWERS[question] : undefined
    if (answer === undefined) throw new TypeError(`there is no ${question}`)
    return JSON.stringify({ value: answer(JSON.parse(argument) as never) ?? null })
  } catch (error) {
    const { name, message } = error as Error
    return JSON.stringify({ error: { name, message } })
  }
}

export function readLine(argument: string): LogLine {
  const [level, message] = JSON.parse(argument) as [LogLine['level'], string]
  return { level, message }
}

const URL_PARTS = [
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
] as const
type UrlPart = Exclude<(typeof URL_PARTS)[number], 'origin'>

const partsOf = (url: URL): Record<string, string> =>
  Object.fromEntries(URL_PARTS.map((name) => [name, url[name]]))

function changeUrl(url: URL, name: UrlPart, value: string): Record<string, string> | null {
  if (name === 'href' && !URL.canParse(value)) return null
  url[name] = value
  return partsOf(url)
}

interface LocaleDateQuestion {
  readonly method: 'toLocaleString' | 'toLocaleDateString' | 'toLocaleTimeString'
  readonly time: number
  readonly locales: string | null
  readonly options: Intl.DateTimeFormatOptions | null
}

interface IntlQuestion {
  readonly kind: string
  readonly locales: string | string[] | null
  readonly options: object | null
  readonly method: string
  readonly values: readonly unknown[]
}

const KINDS: Record<string, readonly string[]> = {
  NumberFormat: ['format', 'formatToParts', 'formatRange'],
  DateTimeFormat: ['format', 'formatToParts', 'formatRange'],
  RelativeTimeFormat: ['format', 'formatToParts'],
  ListFormat: ['format', 'formatToParts'],
  PluralRules: ['select'],
  Collator: ['compare'],
  DisplayNames: ['of'],
}
type AnyFormatter = Record<string, (...values: unknown[]) => unknown>
type FormatterKind = {
  new (locales?: unknown, options?: object): AnyFormatter
  supportedLocalesOf(locales: unknown): unknown
}

const formatters = new Map<string, AnyFormatter>()

function askIntl({ kind, locales, options, method, values }: IntlQuestion): unknown {
  const methods = Object.hasOwn(KINDS, kind) ? KINDS[kind] : undefined
  if (methods === undefined) throw new TypeError(`there is no Intl.${kind}`)
  const Kind = (Intl as unknown as Record<string, FormatterKind>)[kind]!
  if (method === 'supportedLocalesOf') return Kind.supportedLocalesOf(values[0])
  if (method !== 'resolvedOptions' && !methods.includes(method)) throw new TypeError(`there is no ${method}`)
  return formatterOf(Kind, kind, locales, options)[method]!(...values.map(argumentOf))
}

function formatterOf(
  Kind: FormatterKind,
  kind: string,
  locales: string | string[] | null,
  options: object | null,
): AnyFormatter {
  const key = JSON.stringify([kind, locales, options])
  let formatter = formatters.get(key)
  if (formatter === undefined) {
    const defaults = kind === 'DateTimeFormat' ? { timeZone: 'UTC' } : {}
    formatter = new Kind(locales ?? undefined, { ...defaults, ...options })
    const oldest = formatters.keys().next()
    if (formatters.size >= MAX_FORMATTERS && !oldest.done) formatters.delete(oldest.value)
    formatters.set(key, formatter)
  }
  return formatter
}

const argumentOf = (value: unknown): unknown => {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return value
  if ('time' in value) return new Date(Number(value.time))
  const digits = 'digits' in value ? String(value.digits) : ''
  return /^-?\d+$/.test(digits) ? BigInt(digits) : Number(digits)
}
