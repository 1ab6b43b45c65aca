import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type Part, scanTemplate, TemplateSyntaxError } from '../src/template/scan.js'
import { expressionSource } from '../src/template/source.js'

const write = (parts: readonly Part[]): string =>
  parts
    .map((part) => (part.kind === 'text' ? part.text.replaceAll('{{', '\\{{') : `{{ ${part.source} }}`))
    .join('')

/** Whole pieces of expressions that hold braces, quotes and slashes. */
const pieces = fc.constantFrom(
  'a.b',
  '1 + 2',
  '"}}"',
  "'{{'",
  '"\\"}}"',
  '`}}`',
  '{"a": {"b": 1}}',
  '/* }} " */ 1',
  '$match(x, /"\\}\\}/)',
  '$match(x, /[/"]{2}\\}/)',
  '$match(x, /\\/\\}\\}/i)',
  'a and /x/ or /"/',
  'a / b / c',
  '(1) / 2',
  'a[0] / 2',
  '{"a": {}}',
  'x ~> |$|{"a": 1}|',
)
const parts: fc.Arbitrary<Part[]> = fc
  .array(
    fc.oneof(
      fc
        .string({ minLength: 1 })
        .map((text): Part => ({ kind: 'text', text: text.replaceAll(/[{\\]/g, '') || '-' })),
      fc.constant<Part>({ kind: 'text', text: 'literal {{ and }} and "quotes' }),
      pieces.map((source): Part => ({ kind: 'expression', source })),
    ),
    { maxLength: 6 },
  )
  // Two texts in a row are one.
  .map((all) => all.filter((part, i) => part.kind === 'expression' || all[i - 1]?.kind !== 'text'))

describe('scanTemplate', () => {
  it('reads back what was written', () => {
    fc.assert(
      fc.property(parts, (all) => {
        expect(scanTemplate(write(all))).toEqual(all)
      }),
    )
  })

  it('never fails but with a TemplateSyntaxError, and loses no text', () => {
    const texts = fc.array(
      fc.constantFrom('{', '{{', '}', '}}', '"', "'", '`', '\\', '/', '/*', '*/', 'a', ' ', '['),
    )
    fc.assert(
      fc.property(texts, (all) => {
        try {
          scanTemplate(all.join(''))
        } catch (error) {
          expect(error).toBeInstanceOf(TemplateSyntaxError)
        }
      }),
    )
  })

  it.each(['{{ a', '{{ "a }}', '{{ /* a }}', '{{ {"a": 1 }}', 'x {{', '{{ $match(a, /b }}'])(
    '%s is never closed',
    (text) => {
      expect(() => scanTemplate(text)).toThrow(TemplateSyntaxError)
    },
  )

  it.each([
    ['{{ $map(a, function($i){{"id": $i.id}}) }}', '$map(a, function($i){{"id": $i.id}})'],
    ['{{{"a": {"b": 1}}}}', '{"a": {"b": 1}}'],
    ['{{ "{{" & "}}" }}', '"{{" & "}}"'],
    ['{{ a /* }} { */ }}', 'a /* }} { */'],
    ['{{ $contains(a, /\\}\\}/) }}', '$contains(a, /\\}\\}/)'],
  ])('%s is one expression', (text, source) => {
    expect(scanTemplate(text)).toEqual([{ kind: 'expression', source }])
    expect(expressionSource(text)).toBe(source)
    // Without the braces it is the same.
    expect(expressionSource(` ${source} `)).toBe(source)
  })

  it.each(['', ' ', '{{ }}', '{{ a }} b', '{{ a }}{{ b }}', '{{ a'])('%j is not', (text) => {
    expect(expressionSource(text)).toBeUndefined()
  })

  it('takes its time linear in the text', () => {
    const parts = scanTemplate('{{ a / b }}'.repeat(20_000))
    expect(parts).toHaveLength(20_000)
    expect(scanTemplate(`{{ ${'a / '.repeat(25_000)}a }}`)).toHaveLength(1)
  })
})
