import { fileURLToPath } from 'node:url'
import { describe, expect, test } from 'vitest'
import { checkImports } from '../../src/checks/import-rules.js'
import { importsOf } from '../../src/checks/imports.js'
import { readWorkspace, type WorkspacePackage } from '../../src/checks/workspace.js'

test('the repository keeps its import rules', () => {
  const packages = readWorkspace(fileURLToPath(new URL('../../../..', import.meta.url)))
  expect(packages.map((each) => each.name)).toContain('@millrace/engine')
  expect(checkImports(packages)).toEqual([])
})

/** A package with one source file. */
const make = (folder: string, imports: string[], file = 'src/index.ts'): WorkspacePackage => ({
  folder,
  name: `@millrace/${folder.split('/').at(-1)}`,
  dependencies: [],
  files: [{ path: `${folder}/${file}`, isTest: file.startsWith('test/'), imports, parsesPlainly: false }],
})

const contracts = make('packages/contracts', [])
const engine = make('packages/engine', ['@millrace/contracts'])

describe('breaches', () => {
  test.each([
    [
      'contracts → engine',
      [make('packages/contracts', ['@millrace/engine']), make('packages/engine', [])],
      /contracts may not import engine/,
    ],
    [
      'engine → package',
      [make('packages/engine', ['@millrace/db']), make('packages/db', [])],
      /engine may not import package.*pass the value in/,
    ],
    [
      'package → service',
      [make('packages/nodes', ['@millrace/worker']), make('services/worker', [])],
      /package may not import service/,
    ],
    [
      'service → service',
      [make('services/runner', ['@millrace/worker']), make('services/worker', [])],
      /Services never import each other/,
    ],
    [
      'web → package',
      [make('web', ['@millrace/sdk']), make('packages/sdk', [])],
      /web may not import package/,
    ],
    [
      'package → testkit',
      [make('packages/nodes', ['@millrace/testkit']), make('packages/testkit', [])],
      /package may not import tool/,
    ],
    ['engine → node:', [contracts, make('packages/engine', ['node:crypto'])], /is pure/],
    ['a builtin without its prefix', [make('packages/contracts', ['fs'])], /is pure/],
    ['undici elsewhere', [make('packages/nodes', ['undici'])], /only packages\/http-client may/],
    ['another package by path', [make('packages/nodes', ['../../engine/src/index.js'])], /by path/],
    [
      'a test that reaches out by path',
      [make('packages/nodes', ['../../engine/src/x.js'], 'test/a.test.ts')],
      /by path/,
    ],
    [
      'a subpath of a package',
      [engine, contracts, make('web', ['@millrace/db/schema']), make('packages/db', [])],
      /web may not import package/,
    ],
  ])('%s', (_name, packages, message) => {
    const problems = checkImports(packages)
    expect(problems).toHaveLength(1)
    expect(problems[0]).toMatch(message)
  })

  test('a dependency of the manifest counts as an import', () => {
    const runner = { ...make('services/runner', []), dependencies: ['@millrace/worker'] }
    expect(checkImports([runner, make('services/worker', [])])[0]).toMatch(
      /^services\/runner\/package.json imports/,
    )
  })

  test('a cycle is named', () => {
    const cycle = [
      make('packages/a', ['@millrace/b']),
      make('packages/b', ['@millrace/c']),
      make('packages/c', ['@millrace/a']),
    ]
    expect(checkImports(cycle)).toEqual([
      expect.stringMatching(/^@millrace\/a → @millrace\/b → @millrace\/c → @millrace\/a is a cycle/),
    ])
  })
})

describe('what is allowed', () => {
  test.each([
    [
      'the one way down',
      [
        contracts,
        engine,
        make('packages/nodes', ['@millrace/engine', 'zod']),
        make('services/worker', ['@millrace/nodes']),
      ],
    ],
    [
      'standalone mounts services',
      [make('services/standalone', ['@millrace/worker']), make('services/worker', [])],
    ],
    [
      'tests use the testkit',
      [make('packages/nodes', ['@millrace/testkit'], 'test/a.test.ts'), make('packages/testkit', [])],
    ],
    ['the HTTP client uses undici', [make('packages/http-client', ['undici'])]],
    [
      'files of the same package',
      [make('packages/nodes', ['../define.js', './x.js'], 'src/http/request.ts')],
    ],
  ])('%s', (_name, packages) => {
    expect(checkImports(packages)).toEqual([])
  })
})

test('imports are read from statements over several lines, re-exports, side effects and calls, not from text', () => {
  const source = `
import type { A } from 'a'
import {
  b,
  c as d,
} from "b/deep"
export * from './c.js'
import 'side-effect'
const e = await import('e')
const text = 'import x from y'
// import f from 'f'
`
  expect(importsOf(source)).toEqual(['a', 'b/deep', './c.js', 'side-effect', 'e'])
})
