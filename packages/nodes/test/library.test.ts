import { type Json, nodeTypeDescriptor } from '@millrace/contracts'
import { describe, expect, it } from 'vitest'
import { describeNodeTypes, nodeCatalogue, nodeLibrary, rawParams } from '../src/index.js'
import { effectOf } from './context.js'

describe('the library', () => {
  it('describes every type as plain data that survives JSON', () => {
    const described = describeNodeTypes()
    expect(described.map(({ type }) => type)).toEqual([...nodeLibrary.keys()])
    for (const each of described) {
      expect(nodeTypeDescriptor.parse(JSON.parse(JSON.stringify(each)))).toEqual(each)
      expect(each.params).toMatchObject({ type: 'object', additionalProperties: false })
    }
  })

  it('knows no type that is not there', () => {
    expect(nodeCatalogue().get('no.such')).toBeUndefined()
  })

  it('gives forms the control of a field', () => {
    const http = describeNodeTypes().find(({ type }) => type === 'http.request')
    expect(http?.params).toMatchObject({
      properties: {
        method: { default: 'GET', title: 'Method' },
        auth: {
          properties: {
            credential: { control: 'credential', credentialType: ['basic', 'bearer', 'header'] },
          },
        },
      },
      required: ['url'],
    })
  })

  it('calls every credential param `credential`, as the check of missing ones expects', () => {
    const named: string[] = []
    const visit = (schema: unknown, name: string): void => {
      if (schema === null || typeof schema !== 'object') return
      if ('control' in schema && schema.control === 'credential') named.push(name)
      for (const [key, child] of Object.entries(schema)) visit(child, key)
    }
    for (const { params } of describeNodeTypes()) visit(params, '')
    expect(new Set(named)).toEqual(new Set(['credential']))
  })

  it('gives triggers no execute and everything else one', () => {
    for (const type of nodeLibrary.values()) expect(type.execute === undefined).toBe(type.trigger)
  })

  it('names the params that are code and not templates', () => {
    const raw = Object.fromEntries([...nodeLibrary.keys()].map((type) => [type, rawParams(type)]))
    expect(raw).toMatchObject({
      'transform.json': ['expression'],
      'transform.script': ['code'],
      'flow.condition': ['if'],
      'flow.filter': ['where'],
      'flow.switch': ['cases'],
      'postgres.query': ['query'],
      'http.request': ['pagination'],
      'log.message': [],
    })
    expect(rawParams('no.such')).toEqual([])
  })

  it('finds the expressions in one of several groups, of the one that is chosen', () => {
    const expressionsOf = (pagination: Json) =>
      nodeCatalogue().get('http.request')?.rawExpressions?.({ url: 'https://a.example', pagination })
    expect(expressionsOf({ mode: 'cursor', next: 'item.', total: 'x' })).toEqual([
      { pointer: '/pagination/next', source: 'item.' },
    ])
    expect(expressionsOf({ mode: 'offset', total: 'x', items: 'y', next: 'z' })).toEqual([
      { pointer: '/pagination/total', source: 'x' },
      { pointer: '/pagination/items', source: 'y' },
    ])
    expect(expressionsOf({ mode: 'none' })).toEqual([])
  })

  it('knows what an effect depends on', () => {
    expect(effectOf('http.request', { url: 'https://a.example' })).toBe('read')
    expect(effectOf('http.request', { url: 'https://a.example', method: 'OPTIONS' })).toBe('read')
    expect(effectOf('http.request', { url: 'https://a.example', method: 'DELETE' })).toBe('write')
    expect(effectOf('postgres.query', { credential: 'db', query: 'select 1' })).toBe('write')
    expect(effectOf('postgres.query', { credential: 'db', query: 'select 1', readOnly: true })).toBe('read')
    expect(effectOf('http.respond', {})).toBe('write')
    expect(effectOf('transform.script', { code: 'return 1' })).toBe('pure')
  })
})
