import { runStatus, stepStatus } from '@millrace/contracts'
import { expect, test } from 'vitest'
import { STATE_LOOKS, stateColour, stateOf } from './state.js'

test('every status has a look, and every look a word of its own', () => {
  for (const status of [...runStatus.options, ...stepStatus.options])
    expect(STATE_LOOKS[status].word).not.toBe('')
  const words = Object.values(STATE_LOOKS).map(({ word }) => word)
  expect(new Set(words).size).toBe(words.length)
})

test('what waits for its next try, and what took too long, say so', () => {
  expect(stateOf({ status: 'waiting', retryAt: 5 })).toBe('retrying')
  expect(stateOf({ status: 'waiting', retryAt: null })).toBe('waiting')
  expect(stateOf({ status: 'failed', error: { code: 'RUN_TIMEOUT' } })).toBe('timed_out')
  expect(stateOf({ status: 'failed', error: { code: 'HTTP_500' } })).toBe('failed')
  expect(stateOf({ status: 'completed', error: null })).toBe('completed')
  expect(stateColour('timed_out')).toBe('var(--mr-state-failed)')
})
