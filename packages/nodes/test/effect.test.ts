import { node } from '@millrace/contracts'
import { expect, it } from 'vitest'
import { declaredEffect } from '../src/index.js'

const pure = { id: 'pure', type: 'transform.json', params: { value: 1 } }
const get = { id: 'get', type: 'http.request', params: { method: 'GET', url: 'https://x.example' } }
const post = { id: 'post', type: 'http.request', params: { method: 'POST', url: 'https://x.example' } }
const each = (...nodes: object[]) => node.parse({ id: 'each', type: 'flow.map', body: { nodes } })

it('a container does to the outside what the nodes in it do, however deep', () => {
  expect(declaredEffect(each(pure))).toBe('pure')
  expect(declaredEffect(each(pure, get))).toBe('read')
  expect(declaredEffect(each(get, { ...each(post), id: 'inner' }))).toBe('write')
})

it('a type that is not known counts as a write', () => {
  expect(declaredEffect(node.parse({ id: 'x', type: 'ghost' }))).toBe('write')
})
