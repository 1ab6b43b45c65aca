import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import { checkJson } from '../../src/checks/json-rules.js'
import { parsesPlainly } from '../../src/checks/plain-parse.js'
import { readWorkspace, type WorkspacePackage } from '../../src/checks/workspace.js'

test('the repository reads JSON exactly, but for what is exempt', () => {
  expect(checkJson(readWorkspace(fileURLToPath(new URL('../../../..', import.meta.url))))).toEqual([])
})

test.each([
  ['const a = JSON.parse(text)', true],
  ['texts.map(JSON.parse)', true],
  ['const body = await response.json()', true],
  ['await fetch(url)\n  .then((r) => r.json())', true],
  ['  // JSON.parse rounds', false],
  ['/** As JSON.parse does it. */', false],
  [' * and JSON.parse keeps\n', false],
  ['return parseJson(text) // JSON.parse gives nothing else', false],
  ['const schema = z.json()', false],
  ['const value = parseJson(text)', false],
])('%j', (source, plainly) => {
  expect(parsesPlainly(source)).toBe(plainly)
})

test('a new place is named, a tool and a test are not, and neither is one with a reason', () => {
  const make = (folder: string, file: string): WorkspacePackage => ({
    folder,
    name: `@millrace/${folder}`,
    dependencies: [],
    files: [
      { path: `${folder}/${file}`, isTest: file.startsWith('test/'), imports: [], parsesPlainly: true },
    ],
  })
  const packages = [
    make('packages/a', 'src/new.ts'),
    make('packages/b', 'src/known.ts'),
    make('packages/c', 'test/c.test.ts'),
    make('bench', 'src/read.ts'),
  ]
  const problems = checkJson(packages, { 'packages/b/src/known.ts': 'texts', 'packages/b/src/gone.ts': 'x' })
  expect(problems).toEqual([
    expect.stringMatching(/^packages\/a\/src\/new\.ts reads JSON .* Use parseJson/),
    expect.stringMatching(/^packages\/b\/src\/gone\.ts needs no exemption/),
  ])
})
