import fc from 'fast-check'
import type { Scope } from '../src/index.js'

export const scopeOf = (body: unknown, more: Partial<Scope> = {}): Scope => ({
  trigger: { body } as Scope['trigger'],
  steps: {},
  run: { id: 'r', workflowId: 'w', startedAt: '2026-01-01T00:00:00Z' },
  workflow: { id: 'w', name: 'n', version: 1 },
  vars: {},
  ...more,
})

/** Whoever writes into it fails: JSONata is strict code. */
export function deepFreeze<T>(value: T): T {
  if (typeof value === 'object' && value !== null) {
    Object.freeze(value)
    for (const member of Object.values(value)) deepFreeze(member)
  }
  return value
}

/** Few names, so that expressions often meet something; some would reach a prototype. */
const NAMES = ['a', 'b', 'c', 'constructor', '__proto__', 'toString', 'length'] as const
const dataNames = fc.constantFrom('a', 'b', 'c', 'toString', 'length')

const scalars = fc.oneof(
  fc.constantFrom(0, 1, -1, 1.5, 1e308, '', 'x', 'y', '10', true, false, null),
  // Of fifteen digits: JSONata's own texts have no more, ours have all.
  // The greatest doubles round to infinity, which is no JSON.
  fc
    .double({ noNaN: true, noDefaultInfinity: true })
    .map((value) => Number(value.toPrecision(15)))
    .filter(Number.isFinite),
  fc.string({ maxLength: 5 }),
)

/** JSON with arrays and missing members in every place. */
export const json: fc.Arbitrary<unknown> = fc.letrec((tie) => ({
  value: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    scalars,
    fc.array(tie('value'), { maxLength: 3 }),
    fc.dictionary(dataNames, tie('value'), { maxKeys: 4 }),
  ),
})).value

const path = fc
  .array(fc.constantFrom(...NAMES), { minLength: 1, maxLength: 4 })
  .map((steps) => steps.map((step) => `\`${step}\``).join('.'))
const literal = fc.constantFrom('1', '-2', '0', '1.5', '"x"', '""', '"10"', 'true', 'false', 'null')
const OPERATORS = ['+', '-', '*', '/', '<', '<=', '>', '>=', '=', '!=', 'and', 'or', '&', 'in', '%']

/** Sources of the simple kind, and a few that are not quite. */
export const sources: fc.Arbitrary<string> = fc.letrec<{ source: string }>((tie) => ({
  source: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    path,
    literal,
    fc
      .tuple(tie('source'), fc.constantFrom(...OPERATORS), tie('source'))
      .map(([left, operator, right]) => `${left} ${operator} ${right}`),
    tie('source').map((inner) => `(${inner})`),
    path.map((inner) => `${inner}[0]`),
    path.map((inner) => `(${inner}[])`),
  ),
})).source
