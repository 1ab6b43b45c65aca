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
