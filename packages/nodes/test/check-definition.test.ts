import { setImmediate } from 'node:timers/promises'
import { expect, it } from 'vitest'
import { checkDefinition } from '../src/index.js'

const chain = (size: number, expression: (index: number) => string) => ({
  format: 'millrace/v1',
  name: 'chain',
  nodes: Array.from({ length: size }, (_, index) =>
    index === 0
      ? { id: 'n0', type: 'trigger.manual' }
      : { id: `n${index}`, type: 'transform.json', params: { expression: expression(index) } },
  ),
  edges: Array.from({ length: size - 1 }, (_, index) => ({ from: `n${index}`, to: `n${index + 1}` })),
})

it.each([
  ['faulty', (index: number) => `${index} +`, 9_999],
  ['far apart', (index: number) => `steps.n${Math.max(0, index - 5_000)}.output`, 0],
  ['misspelt', (index: number) => `steps.m${index}.output`, 9_999],
])(
  'lets others go on while it checks 10,000 nodes whose expressions are %s',
  async (_name, expression, problems) => {
    let isDone = false
    let turns = 0
    const check = checkDefinition(chain(10_000, expression)).then((validation) => {
      isDone = true
      return validation
    })
    while (!isDone) {
      await setImmediate()
      turns++
    }
    expect((await check).problems).toHaveLength(problems)
    expect(turns).toBeGreaterThan(3)
  },
)

/** start ─▶ script, each[ inside ] */
const withScripts = (code: string, inside: string) => ({
  format: 'millrace/v1',
  name: 'scripts',
  nodes: [
    { id: 'start', type: 'trigger.manual' },
    { id: 'script', type: 'transform.script', params: { code } },
    {
      id: 'each',
      type: 'flow.map',
      params: { items: [1] },
      body: { nodes: [{ id: 'inside', type: 'transform.script', params: { code: inside } }] },
    },
  ],
  edges: [
    { from: 'start', to: 'script' },
    { from: 'start', to: 'each' },
  ],
})

it('says where the script of a node cannot be read, in bodies too', async () => {
  const { problems } = await checkDefinition(withScripts('const a = 1\nreturn a +', 'import x from "y"'))
  expect(problems).toMatchObject([
    {
      pointer: '/nodes/1/params/code',
      code: 'SCRIPT_SYNTAX',
      message: 'Code: line 2, column 11: it ends too early: something is not closed',
    },
    {
      pointer: '/nodes/2/body/nodes/0/params/code',
      code: 'SCRIPT_SYNTAX',
      message: expect.stringMatching(/^Code: line 1, column 8: /),
    },
  ])
  expect(
    (await checkDefinition(withScripts('return await 1', '{{ this.is }} // no template'))).problems,
  ).toEqual([])
})

it('checks what is no definition at all', async () => {
  const nodes = [null, 1, { type: 'transform.script', params: null }, { type: 5, body: [] }]
  for (const input of [null, 'text', { nodes: 1 }, { format: 'millrace/v1', name: 'x', nodes, edges: [] }])
    expect((await checkDefinition(input)).problems).not.toEqual([])
})
