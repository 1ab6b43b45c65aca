import type { Json } from '@millrace/contracts'
import { describe, expect, it } from 'vitest'
import { execute, outputOf } from './context.js'

const inputs = [
  { node: 'b', output: { x: 1 } },
  { node: 'a', output: undefined },
]

describe('transform.json', () => {
  it('gives what its expression gives, or its value', async () => {
    const evaluate = async (source: string) => `ran ${source}`
    expect(await outputOf('transform.json', { expression: '{{ a + 1 }}' }, { evaluate })).toBe('ran a + 1')
    expect(await outputOf('transform.json', { expression: '{"a": {"b": 1}}' }, { evaluate })).toBe(
      'ran {"a": {"b": 1}}',
    )
    expect(await outputOf('transform.json', { value: { a: [1] } })).toEqual({ a: [1] })
    expect(await outputOf('transform.json', { value: null })).toBeNull()
  })
})

describe('transform.script', () => {
  const steps = { far: { status: 'completed', output: 1 }, a: { status: 'failed', error: { code: 'X' } } }
  const globalsOf = async (code: string) => {
    const seen: Record<string, Json | undefined>[] = []
    const script = async (_: string, globals: Record<string, Json | undefined>) => void seen.push(globals)
    const readable = { steps, trigger: { t: 1 }, item: 5, index: 2, vars: { v: 1 } }
    await execute('transform.script', { code, input: 7 }, { script, inputs, readable })
    return seen[0]
  }
  const always = { input: 7, inputs: { b: { x: 1 }, a: null } }

  it('hands the script its input and the outputs that lead here, and what it names of the rest', async () => {
    expect(await globalsOf('return input')).toEqual(always)
    expect(await globalsOf('return trigger.t + index')).toEqual({ ...always, trigger: { t: 1 }, index: 2 })
    expect(await globalsOf('return steps.far.output + item')).toEqual({
      ...always,
      item: 5,
      steps: { far: { status: 'completed', output: 1 } },
    })
  })

  it.each([
    'const { x } = steps\nreturn x',
    'return steps[input]',
    'return Object.keys(steps)',
    'return steps?.[input]',
  ])('hands it all steps where it names none: %s', async (code) =>
    expect(await globalsOf(code)).toMatchObject({ steps }),
  )

  it.each(["return steps['far'].output", 'return steps?.far', 'return steps?.["far"]'])(
    'hands it the one that it names: %s',
    async (code) => expect((await globalsOf(code))?.['steps']).toEqual({ far: steps.far }),
  )

  it('hands it everything where globals are reached without their names', async () => {
    expect(Object.keys((await globalsOf('return globalThis["st" + "eps"]')) ?? {})).toEqual(
      expect.arrayContaining(['steps', 'trigger', 'vars', 'run', 'workflow', 'item', 'index']),
    )
  })
})

describe('flow.condition', () => {
  it.each([
    [true, 'true'],
    ['x', 'true'],
    [[0, [1]], 'true'],
    [{ a: 1 }, 'true'],
    [false, 'false'],
    [0, 'false'],
    ['', 'false'],
    [null, 'false'],
    [undefined, 'false'],
    [[], 'false'],
    [[0, ''], 'false'],
    [{}, 'false'],
  ] as const)('takes %j for %s', async (value, port) => {
    const evaluate = async () => value as Json | undefined
    expect(await execute('flow.condition', { if: 'a' }, { evaluate })).toEqual({
      output: { result: port === 'true' },
      ports: [port],
    })
  })
})

describe('flow.switch', () => {
  const cases = [
    { equals: 'a', port: 'one' },
    { equals: { k: [1] }, port: 'two' },
    { when: '{{ value = 3 }}', port: 'three' },
    { equals: 3, port: 'four' },
  ]
  const evaluate = async (source: string, extra?: Record<string, Json | undefined>) =>
    source === 'value = 3' && extra?.value === 3
  const logged: string[] = []
  const log = (_level: string, message: string) => void logged.push(message)
  const ports = async (params: Record<string, Json>) => {
    const result = await execute('flow.switch', { cases, ...params }, { evaluate, log })
    return 'output' in result ? result.ports : undefined
  }

  it('takes the port of the first match', async () => {
    expect(await ports({ value: 'a' })).toEqual(['one'])
    expect(await ports({ value: { k: [1] } })).toEqual(['two'])
    expect(await ports({ value: 3 })).toEqual(['three'])
  })
  it('takes the ports of all matches', async () => {
    expect(await ports({ value: 3, mode: 'all' })).toEqual(['three', 'four'])
  })
  it('takes the fallback when nothing matches', async () => {
    expect(await ports({ value: '3' })).toEqual(['default'])
    expect(logged).toEqual(['the text "3" = the number 3 is false: text and number are never equal'])
    expect(await ports({ fallback: 'rest' })).toEqual(['rest'])
  })
})

describe('flow.filter', () => {
  it('keeps items in order, over more than one turn of the event loop', async () => {
    const items = Array.from({ length: 1_000 }, (_, i) => i)
    let turned = false
    setImmediate(() => {
      turned = true
    })
    const evaluate = async (_: string, extra?: Record<string, Json | undefined>) =>
      extra?.item === extra?.index && Number(extra?.item) % 2 === 0
    const kept = await outputOf('flow.filter', { items, where: 'item % 2 = 0' }, { evaluate })
    expect(turned).toBe(true)
    expect(kept).toEqual(items.filter((item) => item % 2 === 0))
  })

  it('stops when it is aborted', async () => {
    const stop = new AbortController()
    let evaluated = 0
    const evaluate = async () => {
      evaluated += 1
      if (evaluated === 10) stop.abort()
      return true
    }
    const params = { items: Array.from({ length: 1_000 }, () => 0), where: 'item' }
    await expect(outputOf('flow.filter', params, { evaluate, signal: stop.signal })).rejects.toThrow()
    expect(evaluated).toBeLessThan(1_000)
  })

  it('takes lists only', async () => {
    await expect(outputOf('flow.filter', { items: {}, where: 'item' })).rejects.toMatchObject({
      code: 'INVALID_PARAMS',
      message: expect.stringContaining('/items'),
    })
  })
})

describe('flow.merge', () => {
  it('brings outputs together', async () => {
    expect(await outputOf('flow.merge', {}, { inputs })).toEqual({ b: { x: 1 }, a: null })
    expect(await outputOf('flow.merge', { mode: 'array' }, { inputs })).toEqual([{ x: 1 }, null])
    expect(await outputOf('flow.merge', { mode: 'first' }, { inputs })).toEqual({ x: 1 })
    expect(await outputOf('flow.merge', { mode: 'first' })).toBeUndefined()
  })
})

describe('flow.delay', () => {
  it.each([
    [{ duration: '500ms' }, 500],
    [{ duration: '5s' }, 5_000],
    [{ duration: '2m' }, 120_000],
    [{ duration: '1h' }, 3_600_000],
    [{ duration: '3d' }, 259_200_000],
    [{ delayMs: 7 }, 7],
  ])('waits %j', async (params, delayMs) => {
    expect(await execute('flow.delay', params)).toEqual({ wait: { kind: 'timer', delayMs } })
  })

  it('waits until a time', async () => {
    const until = '2026-10-21T09:00:00+02:00'
    expect(await execute('flow.delay', { until })).toEqual({ wait: { kind: 'timer', until } })
  })

  it.each([{ duration: '5 parsecs' }, { duration: '400d' }, { delayMs: -1 }, { until: 'tomorrow' }, {}])(
    'refuses %j',
    async (params) => {
      await expect(execute('flow.delay', params)).rejects.toMatchObject({ code: 'INVALID_PARAMS' })
    },
  )
})

describe('log.message', () => {
  it('logs text, and anything else as JSON', async () => {
    const lines: unknown[] = []
    const log = (...line: unknown[]) => {
      lines.push(line)
    }
    await execute('log.message', { message: 'hello', data: [1] }, { log })
    await execute('log.message', { level: 'warn', message: { a: 1 } }, { log })
    expect(lines).toEqual([
      ['info', 'hello', [1]],
      ['warn', '{"a":1}', undefined],
    ])
  })
})

describe('http.respond', () => {
  it('answers with status, headers and body', async () => {
    expect(await execute('http.respond', { status: 201, headers: { 'x-a': 1 }, body: { ok: true } })).toEqual(
      {
        output: { status: 201 },
        response: { status: 201, headers: { 'x-a': '1' }, body: { ok: true } },
      },
    )
    expect(await execute('http.respond', {})).toMatchObject({
      response: { status: 200, headers: {}, body: null },
    })
  })

  it.each(['Set-Cookie', 'Transfer-Encoding', 'content-length'])('refuses the header %s', async (name) => {
    await expect(execute('http.respond', { headers: { [name]: 'x' } })).rejects.toMatchObject({
      code: 'INVALID_PARAMS',
    })
  })
})

describe('event.publish', () => {
  it('publishes what it is given, a number as text, and gives the id', async () => {
    const published: unknown[] = []
    const publish = async (event: unknown) => {
      published.push(event)
      return { id: 'e-1' }
    }
    const params = { name: 'paid', key: 17, payload: { n: 1 } }
    expect(await outputOf('event.publish', params, { publish })).toEqual({ id: 'e-1' })
    expect(published).toEqual([{ name: 'paid', key: '17', payload: { n: 1 } }])
  })
})

describe('postgres.query', () => {
  it('passes values as parameters', async () => {
    const calls: unknown[] = []
    const sql = async (...call: unknown[]) => {
      calls.push(call)
      return { rows: [{ n: 1 }], rowCount: 1 }
    }
    const params = { credential: 'db', query: 'select $1::int as n', params: [1] }
    expect(await outputOf('postgres.query', params, { sql })).toEqual({ rows: [{ n: 1 }], rowCount: 1 })
    expect(calls).toEqual([['db', 'select $1::int as n', [1], { readOnly: false }]])
  })
})
