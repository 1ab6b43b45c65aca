import { nearestName } from '@millrace/expressions/names'
import { describe, expect, it } from 'vitest'
import { expressionAt, splitTemplate } from '../../../components/expressions/template.js'
import { complete, type Known } from './complete.js'
import { preview } from './evaluate.js'
import { Evaluator, type WorkerLike } from './evaluator.js'
import type { EvaluationRequest } from './protocol.js'
import type { SampleScope } from './scope.js'

const scope: SampleScope = {
  trigger: { body: { customer: 'Ada', items: [{ price: 3 }, { price: 4 }] } },
  steps: { fetch: { output: { status: 200, body: { 'full name': 'Ada L' } } } },
  run: { id: 'r' },
  workflow: { name: 'orders' },
  vars: {},
}

describe('splitTemplate', () => {
  it.each([
    ['a {{ b }} c', ['a ', '= b ', ' c']],
    ['{{ {"a": {"b": 1}} }}', ['= {"a": {"b": 1}} ']],
    ['{{ "}}" }}!', ['= "}}" ', '!']],
    ['{{ open', ['= open']],
    ["{{ it's }}", ["= it's "]],
    ['', []],
  ])('%s', (text, parts) => {
    const split = splitTemplate(text).map((part) => (part.kind === 'text' ? part.text : `=${part.source}`))
    expect(split).toEqual(parts)
  })

  it('knows the expression that the cursor stands in', () => {
    expect(expressionAt('a {{ b }} c', 5)?.source).toBe(' b ')
    expect(expressionAt('a {{ b }} c', 10)).toBeUndefined()
  })
})

describe('preview', () => {
  it.each([
    ['{{ trigger.body.customer }}', 'text', '"Ada"'],
    ['{{ $sum(trigger.body.items.price) }}', 'number', '7'],
    ['{{ trigger.body.items }}', 'list of 2', '[{"price":3},{"price":4}]'],
    ['{{ steps.fetch.output.status > 100 }}', 'boolean', 'true'],
    ['Hello {{ trigger.body.customer }}, {{ trigger.none }}!', 'text', '"Hello Ada, !"'],
  ])('%s', async (text, type, shown) => {
    expect(await preview(text, 'text', scope)).toEqual({ kind: 'value', type, text: shown, cut: false })
  })

  it('takes source without braces where the field is one expression', async () => {
    expect(await preview('1 + 1', 'source', scope)).toMatchObject({ text: '2' })
    expect(await preview('{{ 1 + 1 }}', 'source', scope)).toMatchObject({ text: '2' })
  })

  it('says what may have been meant', async () => {
    expect(await preview('{{ trigger.body.custmoer }}', 'text', scope)).toEqual({
      kind: 'nothing',
      hint: 'there is no custmoer; did you mean customer?',
    })
    expect(await preview('{{ steps.fetsh.output }}', 'text', scope)).toMatchObject({
      hint: 'there is no fetsh; did you mean fetch?',
    })
    expect(await preview('{{ trigger.body.customer.name }}', 'text', scope)).toMatchObject({
      hint: 'nothing is inside text',
    })
    expect(await preview('{{ $upercase("a") }}', 'text', scope)).toMatchObject({
      kind: 'error',
      message: 'there is no function $upercase; did you mean $uppercase?',
    })
  })

  it('says so too where only a part leads nowhere, or the very beginning', async () => {
    expect(await preview('{ "name": trigger.body.custmer }', 'source', scope)).toMatchObject({
      kind: 'value',
      text: '{}',
      hint: 'there is no custmer; did you mean customer?',
    })
    expect(await preview('triger.body', 'source', scope)).toMatchObject({
      kind: 'nothing',
      hint: 'there is no triger; did you mean trigger?',
    })
    expect(await preview('trigger.body.items.{ "p": price }', 'source', scope)).not.toHaveProperty('hint')
  })

  it('gives the message of what is no expression, and cuts what is long', async () => {
    expect(await preview('{{ trigger. }}', 'text', scope)).toMatchObject({ kind: 'error' })
    expect(await preview('{{  }}', 'text', scope)).toMatchObject({ kind: 'error' })
    const long = await preview('{{ $pad("x", 5000) }}', 'text', scope)
    expect(long).toMatchObject({ kind: 'value', cut: true })
  })

  it('is stopped by its guards', async () => {
    const endless = await preview('($f := function($x) { $f($x) }; $f(1))', 'source', scope)
    expect(endless).toMatchObject({ kind: 'error' })
  })
})

describe('complete', () => {
  const known: Known = {
    scope,
    outputs: new Map([
      ['fetch', { type: 'object', properties: { status: { type: 'integer' }, body: {} } }],
      ['map', { type: 'array', items: { properties: { id: { type: 'string' } } } }],
    ]),
  }
  const texts = (source: string) =>
    complete(source, known)?.suggestions.map(({ text, detail }) => `${text}: ${detail}`)

  it.each([
    ['', ['trigger: object', 'steps: object', 'run: object', 'workflow: object', 'vars: object']],
    ['trigger.body.', ['customer: text', 'items: list of 2']],
    ['trigger.body.items[0].pr', ['price: number']],
    ['$sum(steps.', ['fetch: object', 'map: step']],
    ['steps.fetch.output.', ['status: number', 'body: object']],
    ['steps.fetch.output.body.', ['`full name`: text']],
    ['steps.map.output.', ['id: text']],
  ])('%s', (source, expected) => expect(texts(source)).toEqual(expected))

  it('begins where the name begins, and offers functions after $', () => {
    expect(complete('1 + trigger.body.cus', known)?.from).toBe('1 + trigger.body.'.length)
    expect(texts('1 + $su')).toContain('$sum: function')
    expect(texts('"trigger.')).toBeUndefined()
    expect(texts('trigger.body.customer.')).toBeUndefined()
  })
})

it.each([
  ['custmoer', 'customer'],
  ['Status', 'status'],
  ['x', undefined],
  ['nothing', undefined],
])('nearest of %s', (written, expected) =>
  expect(nearestName(written, ['customer', 'status', 'body'])).toBe(expected),
)

describe('Evaluator', () => {
  class TestWorker implements WorkerLike {
    onmessage: WorkerLike['onmessage'] = null
    readonly requests: EvaluationRequest[] = []
    ended = false
    postMessage(request: EvaluationRequest) {
      this.requests.push(request)
    }
    terminate() {
      this.ended = true
    }
    answer(id: number, text: string) {
      const shown = { kind: 'value', type: 'text', text, cut: false } as const
      this.onmessage?.(new MessageEvent('message', { data: { id, preview: shown } }))
    }
  }
  const open = (patienceMs?: number) => {
    const workers: TestWorker[] = []
    const start = () => {
      workers.push(new TestWorker())
      return workers.at(-1)!
    }
    return { workers, evaluator: new Evaluator(start, patienceMs) }
  }

  it('sends the sample once, and answers the latest question of a field only', async () => {
    const { workers, evaluator } = open()
    evaluator.setScope(scope)
    const [first, second] = [
      evaluator.preview('url', 'a', 'source'),
      evaluator.preview('url', 'ab', 'source'),
    ]
    workers[0]!.answer(1, 'late')
    workers[0]!.answer(2, 'right')
    expect(await first).toBeUndefined()
    expect(await second).toMatchObject({ text: 'right' })
    expect(workers[0]!.requests.map(({ kind }) => kind)).toEqual(['scope', 'preview', 'preview'])
    evaluator.close()
    expect(workers[0]!.ended).toBe(true)
  })

  it('ends a worker that does not answer, and goes on with another on the same sample', async () => {
    const { workers, evaluator } = open(1)
    evaluator.setScope(scope)
    const endless = evaluator.preview('if', 'endless', 'source')
    expect(await endless).toMatchObject({
      message: 'The expression takes too long',
    })
    expect(workers[0]!.ended).toBe(true)
    evaluator.preview('url', 'next', 'source')
    expect(workers[1]!.requests.map(({ kind }) => kind)).toEqual(['scope', 'preview'])
    evaluator.close()
  })
})

it('says beside the value where types alone have decided a comparison', async () => {
  const scope = { steps: {}, run: {}, workflow: {}, vars: {}, trigger: { v: ' 150' } }
  expect(await preview('trigger.v = 150', 'source', scope)).toMatchObject({
    kind: 'value',
    text: 'false',
    hint: 'the text " 150" = the number 150 is false: text and number are never equal',
  })
})
