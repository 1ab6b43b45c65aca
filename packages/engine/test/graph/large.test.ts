import type { DefinitionInput } from '@millrace/contracts'
import { expect, test } from 'vitest'
import { type NodeCatalogue, validateDefinition } from '../../src/index.js'
import { catalogue, expressions } from '../catalogue.js'

/** n0 ─▶ n1 ─▶ … ─▶ n(size), and each of them reads the one `back` before it. */
function chain(size: number, back: number): DefinitionInput {
  const nodes: DefinitionInput['nodes'] = [{ id: 'n0', type: 'trigger.manual' }]
  const edges: DefinitionInput['edges'] = []
  for (let index = 1; index < size; index++) {
    const params = { x: `{{ steps.n${Math.max(0, index - back)}.output }}` }
    nodes.push({ id: `n${index}`, type: 'test.step', params })
    edges.push({ from: `n${index - 1}`, to: `n${index}` })
  }
  return { format: 'millrace/v1', name: 'chain', nodes, edges }
}

/** How often validation asks about a node type. */
function lookUps(input: unknown): number {
  let count = 0
  const counting: NodeCatalogue = {
    types: catalogue.types,
    get: (type) => {
      count++
      return catalogue.get(type)
    },
  }
  validateDefinition(input, counting, expressions)
  return count
}

test('10,000 nodes that each read one far before', () => {
  expect(validateDefinition(chain(10_000, 5_000), catalogue, expressions).problems).toEqual([])
})

test('twice the nodes, twice the look-ups', () => {
  expect(lookUps(chain(10_000, 1)) / lookUps(chain(5_000, 1))).toBeLessThanOrEqual(2.2)
})

test('50,000 edges to misspelt nodes come back with problems, some of them without a guess', () => {
  const edges = Array.from({ length: 50_000 }, (_, index) => ({ from: 'n0', to: `m${index}` }))
  const { problems } = validateDefinition({ ...chain(10_000, 1), edges }, catalogue, expressions)
  const dangling = problems.filter(({ code }) => code === 'DANGLING_EDGE')
  expect(dangling).toHaveLength(50_000)
  expect(dangling[0]?.hint).toMatch(/^Did you mean n/)
  expect(dangling.at(-1)?.hint).toMatch(/^Name an existing node/)
})
