import { createRequire } from 'node:module'
import { fileURLToPath } from 'node:url'
import { spawnNode } from '@millrace/testkit'
import { expect, test } from 'vitest'

test('what never ends fails by its limit, in tests, hooks and polls', async () => {
  const vitest = createRequire(import.meta.url)
    .resolve('vitest/package.json')
    .replace('package.json', 'vitest.mjs')
  const root = fileURLToPath(new URL('../fixtures/hang', import.meta.url))
  const run = await spawnNode(vitest, { args: ['run', '--root', root], env: { VITEST: undefined } })
  expect((await run.exited).code).toBe(1)
  const output = run.output()
  expect(output).toContain('Test timed out in 200ms')
  expect(output).toContain('Test timed out in 300ms')
  expect(output).toContain('Hook timed out in 200ms')
  expect(output).toContain('expected 1 to be 2')
  expect(output.trimEnd().split('\n').at(-1)).toBe('1 passed, 4 failed, 1 skipped')
})

test('the limits of this run go by the patient clock', () => {
  // Without the setup file they would go by the wall.
  expect(Reflect.get(globalThis, Symbol.for('millrace.patience'))).toMatchObject({
    now: expect.any(Function),
    setTimeout: expect.any(Function),
    clearTimeout: expect.any(Function),
  })
})
