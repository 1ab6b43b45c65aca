import { describe, expect, it } from 'vitest'
import { touchesOf } from '../src/plan/touches.js'

describe('what params may read', () => {
  it('is what they name', () => {
    const touches = touchesOf({
      url: 'https://a.example/{{ steps.big.output.id }}',
      n: '{{ trigger.small }}',
    })
    expect(['big', 'small', 'other'].map(touches)).toEqual([true, true, false])
    expect(touchesOf({}, ['before'])('before')).toBe(true)
  })

  it.each([
    '{{ $lookup(steps, "b" & "ig") }}',
    '{{ steps.("b" & "ig") }}',
    '{{ $keys($) }}',
    '{{ $$ }}',
    '{{ **.output }}',
    '{{ steps.*.output }}',
    '{{ (steps).x }}',
    '{{ $s := steps; $s }}',
    '{{ steps["big"].output }}',
  ])('is everything where nothing is named: %s', (text) => {
    expect(touchesOf({ text })('any')).toBe(true)
  })
})
