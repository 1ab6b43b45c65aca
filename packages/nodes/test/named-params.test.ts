import { readdirSync, readFileSync } from 'node:fs'
import { join, sep } from 'node:path'
import * as contracts from '@millrace/contracts'
import { ERRORS } from '@millrace/contracts'
import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import { describeNodeTypes } from '../src/index.js'

const SOURCES = join(import.meta.dirname, '../src')

/** Names of members in a JSON Schema, at any depth, and the values to choose from. */
const namesIn = (schema: unknown, found = new Set<string>()): Set<string> => {
  if (schema === null || typeof schema !== 'object') return found
  for (const [key, child] of Object.entries(schema)) {
    if (key === 'enum' && Array.isArray(child)) for (const value of child) found.add(String(value))
    if (key === 'const') found.add(String(child))
    if (key === 'properties' && child !== null && typeof child === 'object')
      for (const name of Object.keys(child)) found.add(name)
    namesIn(child, found)
  }
  return found
}
const union = (...sets: ReadonlySet<string>[]) => new Set(sets.flatMap((set) => [...set]))

const schemaOf = (schema: z.ZodType) => z.toJSONSchema(schema, { io: 'input', unrepresentable: 'any' })
const namesByType = new Map(
  describeNodeTypes().map(({ type, params, output }) => [type, union(namesIn(params), namesIn(output))]),
)
const ofNodes = union(...namesByType.values())
const ofTypes = new Set([...namesByType.keys()].flatMap((type) => type.split('.')))
/** A header, and what expressions and scripts read. */
const OTHER_NAMES = new Set([
  'location',
  'item',
  'index',
  'inputs',
  'steps',
  'trigger',
  'return',
  'true',
  'false',
])
/** Of every shape that crosses a process: definitions, requests, answers. */
const ofContracts = union(
  ...Object.values(contracts).flatMap((each) => (each instanceof z.ZodType ? [namesIn(schemaOf(each))] : [])),
)
/** Members of problem documents: they stand beside the code, in no schema. */
const OF_PROBLEMS = new Set(['details', 'problems', 'errors', 'step'])
/** Names that are no members: headers, commands of the command line. */
const OTHERS = /^(Authorization|Expect|millrace)\b/

/** `name`, `a.b` and `name: value` in backticks; and in plain text what can only be such a name, as `aB` and `a.b`. */
const membersNamed = (text: string): string[] => {
  const quoted = [...text.matchAll(/`([^`]+)`/g)].map(([, inside = '']) => inside.replace(/: .*$/, ''))
  const plain = text.replaceAll(/`[^`]+`/g, '').match(/\b[a-z]+([A-Z][a-z]+|\.[a-z]\w+)+\b/g) ?? []
  return [...quoted.filter((name) => !OTHERS.test(name)), ...plain].flatMap((name) => name.split('.'))
}

describe('what an error names', () => {
  const known = union(ofNodes, ofContracts, OF_PROBLEMS)

  it.each(Object.entries(ERRORS))('is there: %s', (_code, { title, hint }) => {
    expect(membersNamed(`${title} ${hint}`).filter((name) => !known.has(name))).toEqual([])
  })

  it('is in backticks, so that it can be told from words', () => {
    const plain = Object.values(ERRORS).flatMap(({ title, hint }) =>
      membersNamed(`${title} ${hint}`.replaceAll(/`[^`]+`/g, '')),
    )
    expect(plain).toEqual([])
  })
})

describe('what a node says', () => {
  /** The members named in messages and descriptions of a file: texts in quotes that hold backticks. */
  const namedIn = (source: string): string[] =>
    source
      .split('\n')
      .filter((line) => !/^\s*(\*|\/\/|\/\*)/.test(line))
      .flatMap((line) => line.match(/'[^']*`[^']*'|`[^`]*\\`.*\\`[^`]*`/g) ?? [])
      .map((text) => text.replaceAll('\\`', '`').replace(/^`|`$/g, ''))
      .flatMap((text) =>
        [...text.matchAll(/`([A-Za-z][\w.]*)`/g)].flatMap(([, name = '']) => name.split('.')),
      )

  const files = readdirSync(SOURCES, { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.ts'))
    .map((file) => {
      const [group = '', type = ''] = file.split(sep)
      const own = namesByType.get(`${group}.${type}`)
      return { file, known: own ?? ofNodes, named: namedIn(readFileSync(join(SOURCES, file), 'utf8')) }
    })

  it.each(files.filter(({ named }) => named.length > 0))(
    'names only its own params: $file',
    ({ known, named }) => {
      const ofNode = union(known, ofContracts, ofTypes, OTHER_NAMES)
      expect(named.filter((name) => !ofNode.has(name))).toEqual([])
    },
  )

  it('is looked at', () => {
    expect(files.filter(({ named }) => named.length > 0).length).toBeGreaterThan(5)
  })
})
