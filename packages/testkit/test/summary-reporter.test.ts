import { createRequire } from 'node:module'
import { fileURLToPath } from 'node:url'
import { spawnNode } from '@millrace/testkit'
import { expect, test } from 'vitest'
import { summaryLine } from '../src/summary-reporter.js'

test('skipped tests are named only when there are any', () => {
  expect(summaryLine({ passed: 3, failed: 0, skipped: 0 })).toBe('3 passed, 0 failed')
  expect(summaryLine({ passed: 3, failed: 1, skipped: 2 })).toBe('3 passed, 1 failed, 2 skipped')
})

test('a run ends with its summary alone on a line, and a file that breaks counts as a failure', async () => {
  const vitest = createRequire(import.meta.url)
    .resolve('vitest/package.json')
    .replace('package.json', 'vitest.mjs')
  const root = fileURLToPath(new URL('fixtures/summary', import.meta.url))
  const run = await spawnNode(vitest, { args: ['run', '--root', root], env: { VITEST: undefined } })
  expect((await run.exited).code).toBe(1)
  expect(run.output().trimEnd().split('\n').at(-1)).toBe('2 passed, 2 failed, 1 skipped')
})
