import type { Random } from './random.js'
import { hostile, type Schema, type Sources, valueFor } from './values.js'

export interface OpenApi {
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>
}

interface Operation {
  readonly parameters?: readonly { readonly name: string; readonly in: string; readonly schema: Schema }[]
  readonly requestBody?: { readonly content: Readonly<Record<string, { readonly schema: Schema }>> }
}

export interface FuzzRequest {
  readonly method: string
  readonly path: string
  readonly headers: Record<string, string>
  readonly body: Buffer | undefined
}

/** What no description has: methods of HTTP that are not for us, paths of the web app, and ways to write others. */
const OTHER_METHODS = ['HEAD', 'OPTIONS', 'TRACE', 'PROPFIND', 'QUERY', 'PURGE', 'M-SEARCH']
const OTHER_PATHS = [
  '/',
  '/runs/{id}',
  '/assets/x.js',
  '/API/V1/RUNS',
  '//api/v1/runs',
  '/api/v1/runs/',
  '/hooks/default/x',
]

/** Makes requests to every operation of an API description, by turns. */
export const requestsOf = ({ paths }: OpenApi, sources: Sources, authorization: string) => {
  const operations = Object.entries(paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => ({ path, method: method.toUpperCase(), operation })),
  )
  let turn = 0
  return {
    count: operations.length,
    next: (): FuzzRequest => {
      const { path, method, operation } = operations[turn++ % operations.length]!
      const evil = sources.random.pick([0, 0.02, 0.1, 0.3])
      const parameters = operation.parameters ?? []
      const query = parameters.filter((each) => each.in === 'query')
      const place = sources.random.chance(0.03) ? sources.random.pick(OTHER_PATHS) : path
      return {
        method: sources.random.chance(0.05) ? sources.random.pick(OTHER_METHODS) : method,
        path: fillPath(place, sources, evil) + searchOf(query, sources, evil),
        ...payloadOf(operation, sources, evil, {
          ...(sources.random.chance(0.98) ? { authorization } : {}),
          ...headersOf(parameters, sources.random),
        }),
      }
    },
  }
}

const asText = (value: unknown): string => (typeof value === 'string' ? value : JSON.stringify(value)) ?? ''

const LONE = /\p{Surrogate}/gu

const encode = (value: unknown): string => {
  const text = asText(value).slice(0, 4_000)
  // Lone halves cannot be written in UTF-8: their bytes can.
  return encodeURIComponent(text.replace(LONE, '\ufffd')) + (text.search(LONE) < 0 ? '' : '%ED%A0%80')
}

const fillPath = (path: string, sources: Sources, evil: number): string =>
  path.replace(/\{[^}]+\}/g, () => {
    const { random, known } = sources
    if (random.chance(evil))
      return random.pick([encode(hostile(sources)), '%', '%zz', '..', '.', '%2e%2e', '%2F'])
    return encodeURIComponent(random.pick(known))
  })

const searchOf = (
  query: readonly { readonly name: string; readonly schema: Schema }[],
  sources: Sources,
  evil: number,
): string => {
  const { random } = sources
  const parts = query.flatMap(({ name, schema }) =>
    random.chance(0.4) ? [`${name}=${encode(valueFor(schema, sources, evil))}`] : [],
  )
  if (random.chance(evil)) parts.push(`${encode(hostile(sources))}=1`)
  // The same name twice is a list.
  if (random.chance(evil / 2) && parts[0] !== undefined) parts.push(parts[0])
  return parts.length === 0 ? '' : `?${parts.join('&')}`
}

const HEADERS = [
  '',
  '0',
  '-1',
  '2147483648',
  'tick:x',
  'run:x',
  'ÿþ',
  'x'.repeat(400),
  '"',
  'same',
  'a,b',
  '../x',
]

const headersOf = (
  parameters: NonNullable<Operation['parameters']>,
  random: Random,
): Record<string, string> => {
  const names = parameters.filter((each) => each.in === 'header').map(({ name }) => name)
  const more = ['accept', 'x-request-id', 'x-forwarded-for', 'origin', 'cookie', 'range', 'expect', 'upgrade']
  more.push('if-match', 'if-none-match', 'if-modified-since', 'if-unmodified-since', 'x-http-method-override')
  if (random.chance(0.1)) names.push(random.pick(more))
  return Object.fromEntries(
    names.flatMap((name) => (random.chance(0.5) ? [[name, random.pick(HEADERS)]] : [])),
  )
}

const BROKEN = [
  Buffer.from('{'),
  Buffer.from('{"a":1}{'),
  Buffer.from('nul'),
  Buffer.from('"\\ud800"'),
  Buffer.from('{"__proto__":{"a":1}}'),
  Buffer.from('{"a":1e999}'),
  Buffer.from('{"a":123456789012345678901234567890}'),
  Buffer.from([0xff, 0xfe, 0x00]),
  Buffer.from('[1,'.repeat(3_000)),
  Buffer.from(`"${'x'.repeat(1_200_000)}"`),
  Buffer.alloc(0),
]
const TYPES = [
  'application/json',
  'text/plain',
  'application/x-www-form-urlencoded',
  '/',
  'multipart/form-data; boundary=x',
]

/** Who asks for a wait gets one: it is kept short, so that an answer that is late is one that never comes. */
const impatient = (body: unknown): unknown =>
  typeof body === 'object' && body !== null && 'waitMs' in body && Number(body.waitMs) > 100
    ? { ...body, waitMs: Number(body.waitMs) > 30_000 ? body.waitMs : 100 }
    : body

const payloadOf = (
  { requestBody }: Operation,
  sources: Sources,
  evil: number,
  headers: Record<string, string>,
): Pick<FuzzRequest, 'headers' | 'body'> => {
  const { random } = sources
  const schema = requestBody?.content['application/json']?.schema
  if (schema === undefined && !random.chance(evil)) return { headers, body: undefined }
  const body = random.chance(evil / 2)
    ? random.pick(BROKEN)
    : Buffer.from(JSON.stringify(impatient(valueFor(schema ?? {}, sources, evil))) ?? '')
  const type = random.chance(evil / 3) ? random.pick(TYPES) : 'application/json'
  return { headers: { ...headers, 'content-type': type, 'content-length': String(body.length) }, body }
}
