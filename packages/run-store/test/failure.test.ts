import { expect, it } from 'vitest'
import { classifyFailure, type Failure } from '../src/batch/failure.js'
import { judgeUnwritten } from '../src/write/outcome.js'
import { unitOf } from './world.js'

const failed = (code: unknown): Error => Object.assign(new Error('failed'), { code })

it.each<[unknown, Failure]>([
  ['CONNECTION_CLOSED', 'transient'],
  ['CONNECT_TIMEOUT', 'transient'],
  ['ECONNREFUSED', 'transient'],
  ['ENOENT', 'transient'],
  ['57P01', 'transient'],
  ['57P03', 'transient'],
  ['40P01', 'transient'],
  ['53300', 'transient'],
  ['25006', 'transient'],
  ['CONNECTION_ENDED', 'closed'],
  ['CONNECTION_DESTROYED', 'closed'],
  ['22P05', 'data'],
  ['23514', 'data'],
  ['54000', 'data'],
  ['57P04', 'bug'],
  ['42883', 'bug'],
  ['UNDEFINED_VALUE', 'bug'],
  [undefined, 'bug'],
  [17, 'bug'],
])('takes %s for %s', (code, failure) => {
  expect(classifyFailure(failed(code))).toBe(failure)
})

it('takes what is no error for a bug', () => {
  expect(classifyFailure('ECONNRESET')).toBe('bug')
})

it.each([
  ['gone', undefined, 'fenced'],
  ['another epoch', { epoch: 3, lastSeq: 6 }, 'fenced'],
  ['own epoch, target seq', { epoch: 2, lastSeq: 6 }, 'durable'],
  ['own epoch, expected seq', { epoch: 2, lastSeq: 4 }, 'resend'],
  ['own epoch, neither', { epoch: 2, lastSeq: 3 }, 'fenced'],
] as const)('judges an unwritten unit by the run it finds: %s (D6)', (_, found, verdict) => {
  const unit = unitOf({ id: 'r', workspaceId: 'w', epoch: 2, lastSeq: 4 })
  expect(judgeUnwritten(unit, found)).toBe(verdict)
})
