import type { Json } from '@millrace/contracts'
import fc from 'fast-check'
import jsonata from 'jsonata'
import { describe, expect, it } from 'vitest'
import { isTruthy } from '../src/index.js'
import { json } from './scopes.js'

describe('the truth rule', () => {
  it.each<[Json | undefined]>([[undefined], [null], [false], [0], [-0], [''], [[]], [{}], [[0, '', [null]]]])(
    'calls %j false',
    (value) => expect(isTruthy(value)).toBe(false),
  )

  it.each<[Json]>([[true], [1], [-1], ['false'], ['0'], [' '], [[0, 1]], [[[true]]], [{ a: null }]])(
    'calls %j true',
    (value) => expect(isTruthy(value)).toBe(true),
  )

  it('holds for integers of any size', () => {
    expect(isTruthy(0n)).toBe(false)
    expect(isTruthy(2n ** 64n)).toBe(true)
  })

  it('is that of $boolean', async () => {
    const boolean = jsonata('$boolean(value)')
    await fc.assert(
      fc.asyncProperty(json, async (value) => {
        expect(isTruthy(value as Json)).toBe(await boolean.evaluate({ value }))
      }),
    )
  })
})
