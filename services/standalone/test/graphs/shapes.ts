import type { DefinitionInput } from '@millrace/contracts'

type Nodes = DefinitionInput['nodes']
type NodeInput = Nodes[number]
type Body = NonNullable<NodeInput['body']>

export interface Shape {
  readonly nodes: Nodes
  readonly edges: DefinitionInput['edges']
  readonly settings?: DefinitionInput['settings']
}

/** What the outside does with a call, by its path; `text` comes back as `said`. */
export interface Outside {
  readonly url: string
  /** Id of the workflow that is called: it doubles `n`. */
  readonly double: string
}

type More = Partial<NodeInput>

/** `a.port>b?when`; the port and the condition may be left out. */
const edge = (text: string): DefinitionInput['edges'][number] => {
  const [path = '', when] = text.split('?')
  const [source = '', to = ''] = path.split('>')
  const [from = '', port] = source.split('.')
  return { from, to, ...(port === undefined ? {} : { port }), ...(when === undefined ? {} : { when }) }
}
const shape = (nodes: Nodes, edges: readonly string[], settings?: Shape['settings']): Shape => ({
  nodes,
  edges: edges.map(edge),
  ...(settings === undefined ? {} : { settings }),
})
const body = (nodes: Nodes, edges: readonly string[] = []): Body => ({ nodes, edges: edges.map(edge) })

const set = (id: string, expression: string, more: More = {}): NodeInput => ({
  id,
  type: 'transform.json',
  params: { expression },
  ...more,
})
const merge = (id: string, mode: string, more: More = {}): NodeInput => ({
  id,
  type: 'flow.merge',
  params: { mode },
  ...more,
})
const check = (id: string, condition: string): NodeInput => ({
  id,
  type: 'flow.condition',
  params: { if: condition },
})
const map = (id: string, items: string, inner: Body, params: object = {}, more: More = {}): NodeInput => ({
  id,
  type: 'flow.map',
  params: { items, ...params },
  body: inner,
  ...more,
})
const repeat = (id: string, until: string, inner: Body, more: More = {}): NodeInput => ({
  id,
  type: 'flow.repeat',
  params: { until },
  body: inner,
  ...more,
})
const delay = (id: string, delayMs: number, more: More = {}): NodeInput => ({
  id,
  type: 'flow.delay',
  params: { delayMs },
  ...more,
})
const script = (id: string, code: string, more: More = {}): NodeInput => ({
  id,
  type: 'transform.script',
  params: { code },
  ...more,
})

const ROUTE = { onError: 'route' } as const
const CONTINUE = { onError: 'continue' } as const
const ANY = { join: 'any' } as const
const RETRY = { retry: { maxAttempts: 4, delayMs: 20, jitter: 'none' } } as const

/**
 * Thirty workflows shaped like those that people publish for other engines. `trigger` is
 * `{ n: 7, list: [3, 1, 2], one: [{ v: 5 }], none: [] }`; every one of them has one right answer, however often a worker
 * dies meanwhile.
 */
export function shapesOf({ url, double }: Outside): Record<string, Shape> {
  const http = (id: string, path: string, more: More = {}, method = 'POST'): NodeInput => ({
    id,
    type: 'http.request',
    params: { method, url: `${url}/${path}` },
    ...more,
  })
  const say = (id: string, text = id, more: More = {}) => http(id, `say/${text}`, more)
  const call = (id: string, n: string, more: More = {}): NodeInput => ({
    id,
    type: 'workflow.call',
    params: { workflow: double, input: { n } },
    ...more,
  })
  const wait = (id: string, key: string, more: More = {}): NodeInput => ({
    id,
    type: 'flow.wait',
    params: { event: 'go', key },
    ...more,
  })
  const said = (id: string) => `steps.${id}.output.body.said`
  return {
    sequence: shape(
      [say('a'), say('b'), say('c'), set('end', `${said('a')} & ${said('c')}`)],
      ['start>a', 'a>b', 'b>c', 'c>end'],
    ),
    'fan out, fan in': shape(
      [say('a'), say('b'), say('c'), say('d'), merge('all', 'object')],
      ['start>a', 'start>b', 'start>c', 'start>d', 'a>all', 'b>all', 'c>all', 'd>all'],
    ),
    'diamond of diamonds': shape(
      [
        say('a'),
        say('b'),
        merge('m', 'array'),
        say('c'),
        say('d'),
        merge('n', 'array'),
        set('end', '$count(steps.n.output)'),
      ],
      ['start>a', 'start>b', 'a>m', 'b>m', 'm>c', 'm>d', 'c>n', 'd>n', 'n>end'],
    ),
    'exclusive choice that rejoins': shape(
      [check('if', 'trigger.n > 5'), say('yes'), say('no'), merge('end', 'first')],
      ['start>if', 'if.true>yes', 'if.false>no', 'yes>end', 'no>end'],
    ),
    'multiple choice': shape(
      [
        {
          id: 'choose',
          type: 'flow.switch',
          params: {
            mode: 'all',
            cases: [
              { when: 'trigger.n > 1', port: 'x' },
              { when: 'trigger.n > 5', port: 'y' },
              { when: 'trigger.n > 9', port: 'z' },
            ],
          },
        },
        say('x'),
        say('y'),
        say('z'),
        merge('end', 'object'),
      ],
      ['start>choose', 'choose.x>x', 'choose.y>y', 'choose.z>z', 'x>end', 'y>end', 'z>end'],
    ),
    'conditions on edges': shape(
      [say('a'), say('b'), say('c'), merge('end', 'array')],
      ['start>a?trigger.n', 'start>b?trigger.none', 'start>c?trigger.list', 'a>end', 'b>end', 'c>end'],
    ),
    'skips that spread': shape(
      [check('if', 'false'), say('a'), say('b'), say('c'), merge('end', 'object')],
      ['start>if', 'if.true>a', 'a>b', 'if.false>c', 'b>end', 'c>end'],
    ),
    'any join, the quick one first': shape(
      [
        http('quick', 'say/quick'),
        delay('slow', 600_000),
        merge('end', 'first', ANY),
        { id: 'stop', type: 'flow.stop', params: { output: '{{ steps.end.output.body.said }}' } },
      ],
      ['start>quick', 'start>slow', 'quick>end', 'slow>end', 'end>stop'],
    ),
    'any join behind a dead branch': shape(
      [check('if', 'false'), say('a'), say('b'), merge('end', 'array', ANY)],
      ['start>if', 'if.true>a', 'if.false>b', 'a>end', 'b>end'],
    ),
    'error branch that rejoins': shape(
      [http('try', 'refuse/x', ROUTE), say('sorry'), say('fine'), merge('end', 'first')],
      ['start>try', 'try>fine', 'try.error>sorry', 'fine>end', 'sorry>end'],
    ),
    'error branch alone': shape(
      [http('try', 'refuse/x', ROUTE), set('end', 'steps.try.error.code')],
      ['start>try', 'try.error>end'],
    ),
    'error branch alone, not taken': shape(
      [say('try', 'fine', ROUTE), say('sorry')],
      ['start>try', 'try.error>sorry'],
    ),
    'error gone on with': shape(
      [
        http('try', 'refuse/x', CONTINUE),
        say('next'),
        set('end', '{ "code": steps.try.output.error.code, "next": steps.next.output.body.said }'),
      ],
      ['start>try', 'try>next', 'next>end'],
    ),
    'error that fails the run': shape(
      [say('a'), http('bad', 'refuse/x'), say('never')],
      ['start>a', 'a>bad', 'bad>never'],
    ),
    'retries until it works': shape(
      [http('try', 'flaky/2', RETRY), set('end', said('try'))],
      ['start>try', 'try>end'],
    ),
    'retries in parallel': shape(
      [
        http('a', 'flaky/1', RETRY),
        http('b', 'flaky/2', RETRY),
        http('c', 'flaky/3', RETRY),
        merge('end', 'object'),
      ],
      ['start>a', 'start>b', 'start>c', 'a>end', 'b>end', 'c>end'],
    ),
    'retries used up, then routed': shape(
      [http('try', 'break/x', { ...RETRY, ...ROUTE }), set('end', '"gave up: " & steps.try.error.code')],
      ['start>try', 'try.error>end'],
    ),
    'map over calls': shape(
      [
        map(
          'each',
          '{{ trigger.list }}',
          body([http('ask', 'say/{{ item }}'), set('r', said('ask'))], ['ask>r']),
        ),
      ],
      ['start>each'],
    ),
    'map that collects errors': shape(
      [
        map(
          'each',
          '{{ trigger.list }}',
          body(
            [check('if', 'item = 1'), http('bad', 'refuse/x'), say('good', '{{ item }}')],
            ['if.true>bad', 'if.false>good'],
          ),
          { onItemError: 'collect' },
        ),
        set('end', 'steps.each.output.error.code'),
      ],
      ['start>each', 'each>end'],
    ),
    'map in a map, with errors routed inside': shape(
      [
        map(
          'outer',
          '{{ trigger.list }}',
          body([
            map(
              'inner',
              '{{ [1..item] }}',
              body(
                [
                  http('try', "{{ item = 2 ? 'refuse' : 'say' }}/{{ item }}", ROUTE),
                  set('ok', said('try')),
                  set('sorry', '"sorry"'),
                ],
                ['try>ok', 'try.error>sorry'],
              ),
              { concurrency: 2 },
            ),
          ]),
          { concurrency: 2 },
        ),
      ],
      ['start>outer'],
    ),
    'map of one, of none': shape(
      [
        map('one', '{{ trigger.one.v }}', body([say('s', '{{ item }}')])),
        map('none', '{{ trigger.none.v }}', body([say('t')])),
        merge('end', 'object'),
      ],
      ['start>one', 'start>none', 'one>end', 'none>end'],
    ),
    'map with a merge in its body': shape(
      [
        map(
          'each',
          '{{ trigger.list }}',
          body([say('a', 'a{{ item }}'), set('b', 'item'), merge('m', 'object')], ['a>m?item > 1', 'b>m']),
        ),
      ],
      ['start>each'],
    ),
    'waits inside of a map': shape(
      [
        map(
          'each',
          '{{ [0..2] }}',
          body([wait('w', '{{ run.id }}-{{ item }}'), set('r', 'steps.w.output.payload')], ['w>r']),
        ),
      ],
      ['start>each'],
    ),
    'delays inside of a map': shape(
      [
        map('each', '{{ trigger.list }}', body([delay('d', 300), say('s', '{{ item }}')], ['d>s'])),
        set('end', '$count(steps.each.output)'),
      ],
      ['start>each', 'each>end'],
    ),
    'repeat until': shape(
      [
        repeat('again', 'item.body.said = "3"', body([http('ask', 'say/{{ index }}')])),
        set('end', said('again')),
      ],
      ['start>again', 'again>end'],
    ),
    'repeat that polls and waits': shape(
      [
        repeat(
          'poll',
          'item >= 3',
          body([say('ask', '{{ index }}'), delay('d', 50), set('n', 'index + 1')], ['ask>d', 'd>n']),
        ),
      ],
      ['start>poll'],
    ),
    'sub-workflows in parallel': shape(
      [call('a', '{{ trigger.n }}'), call('b', '{{ trigger.n + 1 }}'), merge('end', 'object')],
      ['start>a', 'start>b', 'a>end', 'b>end'],
    ),
    'sub-workflows in a map': shape(
      [
        map('each', '{{ trigger.list }}', body([call('sub', '{{ item }}')])),
        set('end', '$sum(steps.each.output.twice)'),
      ],
      ['start>each', 'each>end'],
    ),
    'wait for an event beside work': shape(
      [wait('w', '{{ run.id }}'), say('a'), say('b'), merge('end', 'object')],
      ['start>w', 'start>a', 'a>b', 'w>end', 'b>end'],
    ),
    'time limits': shape(
      [
        delay('late', 60_000, { timeoutMs: 200, ...ROUTE }),
        say('sorry'),
        map('slow', '{{ trigger.list }}', body([delay('long', 60_000)]), {}, { timeoutMs: 200, ...CONTINUE }),
        set('end', '[steps.late.error.code, steps.slow.output.error.code]'),
      ],
      ['start>late', 'start>slow', 'late.error>sorry', 'sorry>end', 'slow>end'],
    ),
    'undone when it fails': shape(
      [
        say('book', 'book', { compensate: 'unbook' }),
        say('unbook'),
        say('pay', 'pay', { compensate: 'refund' }),
        say('refund'),
        http('bad', 'refuse/x'),
      ],
      ['start>book', 'book>pay', 'pay>bad'],
    ),
    'scripts and stops': shape(
      [
        say('a'),
        script('s', 'return { got: Object.keys(inputs), n: trigger.n * 2 }'),
        { id: 'stop', type: 'flow.stop', params: { output: '{{ steps.s.output }}' } },
        delay('beside', 60_000),
      ],
      ['start>a', 'a>s', 's>stop', 'start>beside'],
    ),
    'few at once': shape(
      [...'abcdefgh'].map((id) => say(id)),
      [...'abcdefgh'].map((id) => `start>${id}`),
      { maxParallelSteps: 2 },
    ),
  }
}
