import { expect, test } from 'vitest'
import { type RetryChoice, retryRequest } from './retry-request.js'

const choice: RetryChoice = { from: 'failed', step: 'b', version: 'same', input: undefined }
const common = { version: 'same', confirm: false }

test.each<[Partial<RetryChoice>, unknown]>([
  [{}, { kind: 'retry', body: { from: 'failed', ...common } }],
  [{ input: '{"kept": "out"}' }, { kind: 'retry', body: { from: 'failed', ...common } }],
  [{ from: 'start' }, { kind: 'retry', body: { from: 'start', ...common } }],
  [{ from: 'step' }, { kind: 'rerun', body: { from: 'b', ...common } }],
  [
    { from: 'step', input: '[1]' },
    { kind: 'rerun', body: { from: 'b', ...common, input: [1] } },
  ],
  [
    { from: 'start', input: 'null' },
    { kind: 'rerun', body: { from: 'hook', ...common, input: null } },
  ],
  [{ from: 'start', input: '{' }, undefined],
])('%j', (change, request) => {
  expect(retryRequest({ ...choice, ...change }, 'hook', false)).toEqual(request)
})

test('the latest version, confirmed', () => {
  expect(retryRequest({ ...choice, version: 'latest' }, 'hook', true)?.body).toEqual({
    from: 'failed',
    version: 'latest',
    confirm: true,
  })
})
