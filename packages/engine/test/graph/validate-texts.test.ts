import { expect, test } from 'vitest'
import { validateDefinition } from '../../src/index.js'
import { catalogue, expressions } from '../catalogue.js'

/** start ─► each ┌ call ┐   */
const definition = (texts: unknown) => ({
  format: 'millrace/v1',
  name: 'texts',
  nodes: [
    { id: 'start', type: 'trigger.manual', params: {} },
    {
      id: 'each',
      type: 'test.map',
      params: {},
      body: { nodes: [{ id: 'call', type: 'test.step', params: {} }] },
    },
  ],
  edges: [{ from: 'start', to: 'each' }],
  vars: { rate: 1 },
  ui: { texts },
})

const problemsOf = (texts: unknown) =>
  validateDefinition(definition(texts), catalogue, expressions).problems.filter(
    ({ code }) => code === 'UNFINISHED_TEXT',
  )

const text = { node: 'call', pointer: '/params/body', title: 'Body', as: 'json', text: '{\n  "a": }' }

test('a text that is no value yet is a problem of its field, wherever the node stands', () => {
  expect(problemsOf([text])).toEqual([
    {
      pointer: '/nodes/1/body/nodes/0/params/body',
      code: 'UNFINISHED_TEXT',
      message: 'Body is not JSON at line 2, column 8: something is missing before this }',
      hint: 'Correct the text, or clear the field.',
    },
  ])
  const own = { pointer: '/vars/rate', title: 'rate', as: 'number', text: '1e' }
  expect(problemsOf([own, { ...own, as: 'name', text: 'rate' }])).toMatchObject([
    { pointer: '/vars/rate', message: 'rate is not a number: "1e"' },
    { pointer: '/vars/rate', message: 'Two rows have the name "rate"' },
  ])
})

test.each([
  ['{"a": tru}', 'Body is not JSON at line 1, column 7: "tru" is no JSON value: write true'],
  ["{'a': 1}", 'Body is not JSON at line 1, column 2: JSON needs double quotes'],
  ['[1 2]', 'Body is not JSON at line 1, column 4: the text cannot go on with "2" here'],
])('what is wrong with %s is one sentence', (given, message) => {
  expect(problemsOf([{ ...text, text: given }])).toMatchObject([{ message }])
})

test('texts of nodes that are gone, and what is no text, are no problems', () => {
  expect(problemsOf([{ ...text, node: 'gone' }, 7])).toEqual([])
  expect(problemsOf(undefined)).toEqual([])
})
