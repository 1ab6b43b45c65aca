import { expect, it } from 'vitest'
import { jobIdMaker } from '../src/job-id.js'

it('builds no id twice, in one process or in two (D10)', () => {
  const makers = [jobIdMaker(), jobIdMaker()]
  const ids = makers.flatMap((make) => Array.from({ length: 1_000 }, () => make('run')))
  expect(new Set(ids).size).toBe(2_000)
})

it('builds ids that BullMQ accepts', () => {
  expect(jobIdMaker(() => 'nonce')('0199-run')).toBe('0199-run.nonce0')
})
