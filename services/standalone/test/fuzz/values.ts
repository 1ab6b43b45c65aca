import type { Random } from './random.js'

/** Values for a schema of the API description: good ones, ones at its edges, and hostile ones in their place. */

export interface Schema {
  readonly $ref?: string
  readonly type?: string | readonly string[]
  readonly format?: string
  readonly enum?: readonly unknown[]
  readonly const?: unknown
  readonly anyOf?: readonly Schema[]
  readonly oneOf?: readonly Schema[]
  readonly allOf?: readonly Schema[]
  readonly properties?: Readonly<Record<string, Schema>>
  readonly required?: readonly string[]
  readonly additionalProperties?: boolean | Schema
  readonly items?: Schema
  readonly minimum?: number
  readonly maximum?: number
}

export interface Sources {
  readonly random: Random
  /** Ids and names of things that are there. */
  readonly known: readonly string[]
  resolve(ref: string): Schema
}

const nested = (depth: number): unknown =>
  JSON.parse(`${'[{"a":'.repeat(depth)}1${'}]'.repeat(depth)}`) as unknown

const MOMENTS = [
  '0000-01-01T00:00:00Z',
  '0001-01-01T00:00:00Z',
  '0001-01-01T00:00:00+14:00',
  '9999-12-31T23:59:59.999Z',
  '9999-12-31T23:59:59-12:00',
  '+275760-09-13T00:00:00Z',
  '-271821-04-20T00:00:00Z',
  '2026-02-29T00:00:00Z',
  '2024-02-29T00:00:00.123456789Z',
  '2026-06-30T23:59:60Z',
  '2026-01-01T24:00:00Z',
  '2026-01-01T00:00:00+15:59',
  '2026-01-01T00:00:00',
  'infinity',
  'now',
]
const TEXTS = [
  '',
  ' ',
  '\0',
  'a\0b',
  '\ud800',
  '\udc00\ud800',
  '\uffff',
  '\u202e',
  '👩‍👩‍👧‍👦',
  '__proto__',
  'constructor',
  'toString',
  "' OR 1=1 --",
  '%',
  '\\',
  '%00',
  '../../etc/passwd',
  '{{ trigger',
  '{{ $eval("1") }}',
  '$$',
  'NaN',
  '1e999',
  '-0',
  '٣',
  'null',
  '00000000-0000-0000-0000-000000000000',
  'ffffffff-ffff-ffff-ffff-ffffffffffff',
  'run:00000000-0000-0000-0000-000000000000:a',
  'tick:x',
  'x'.repeat(300),
  'é'.repeat(70_000),
]
const NUMBERS = [
  0,
  -0,
  -1,
  1,
  1.5,
  2 ** 31 - 1,
  2 ** 31,
  -(2 ** 31) - 1,
  2 ** 32,
  2 ** 53 - 1,
  2 ** 53,
  2 ** 63,
  1e21,
  1e308,
  5e-324,
]

export const hostile = ({ random, known }: Sources): unknown => {
  switch (random.below(9)) {
    case 0:
      return random.pick(NUMBERS)
    case 1:
      return random.pick(MOMENTS)
    case 2:
      return random.pick([null, true, false])
    case 3:
      return random.pick([[], {}, [[]], { a: {} }, [null], Array.from({ length: 5_000 }, (_, i) => i)])
    case 4:
      return nested(random.pick([3, 49, 51, 400]))
    case 5:
      return { [random.pick(TEXTS)]: random.pick(TEXTS) }
    case 6:
      return random.pick(known)
    default:
      return random.pick(TEXTS)
  }
}

/** What the schema asks for, or, with the given chance at each place in it, something else. */
export const valueFor = (schema: Schema, sources: Sources, evil: number, depth = 0): unknown => {
  const { random } = sources
  if (random.chance(evil) || depth > 12) return hostile(sources)
  if (schema.$ref !== undefined) return valueFor(sources.resolve(schema.$ref), sources, evil, depth + 1)
  if (schema.const !== undefined) return schema.const
  if (schema.enum !== undefined) return random.pick(schema.enum)
  const choices = schema.anyOf ?? schema.oneOf ?? schema.allOf
  if (choices !== undefined) return valueFor(random.pick(choices), sources, evil, depth + 1)
  const type = typeof schema.type === 'string' ? schema.type : schema.type?.[0]
  switch (type) {
    case 'object':
      return objectFor(schema, sources, evil, depth)
    case 'array':
      return Array.from({ length: random.below(3) }, () =>
        valueFor(schema.items ?? {}, sources, evil, depth + 1),
      )
    case 'integer':
    case 'number':
      return numberFor(schema, random)
    case 'boolean':
      return random.chance(0.5)
    case 'null':
      return null
    case 'string':
      return textFor(schema, sources)
    default:
      return hostile(sources)
  }
}

const objectFor = (schema: Schema, sources: Sources, evil: number, depth: number): unknown => {
  const { random } = sources
  const entries = Object.entries(schema.properties ?? {}).flatMap(([name, member]): [string, unknown][] =>
    (schema.required?.includes(name) ? random.chance(0.97) : random.chance(0.5))
      ? [[name, valueFor(member, sources, evil, depth + 1)]]
      : [],
  )
  if (typeof schema.additionalProperties === 'object' && random.chance(0.5))
    entries.push([
      random.pick(sources.known),
      valueFor(schema.additionalProperties, sources, evil, depth + 1),
    ])
  if (random.chance(0.02)) entries.push([random.pick(TEXTS), random.pick(TEXTS)])
  return Object.fromEntries(entries)
}

const numberFor = ({ minimum = 0, maximum = 2 ** 31 }: Schema, random: Random): number =>
  random.pick([minimum, minimum + 1, maximum, maximum - 1, minimum - 1, maximum + 1, random.pick(NUMBERS)])

const textFor = ({ format }: Schema, sources: Sources): string => {
  const { random, known } = sources
  if (format === 'date-time') return random.pick(['2026-01-01T00:00:00Z', ...MOMENTS])
  return random.pick([random.pick(known), random.pick(known), random.pick(TEXTS), 'start'])
}
