import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect, it } from 'vitest'

const root = fileURLToPath(new URL('../../../', import.meta.url))
const pages = [
  'README.md',
  ...readdirSync(join(root, 'docs'), { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.md'))
    .map((name) => join('docs', name)),
]

it.each(pages)('no example of %s writes = in front of an expression: that would be mixed text', (page) => {
  const lines = readFileSync(join(root, page), 'utf8').split('\n')
  expect(lines.filter((line) => /(["'`])=\{\{/.test(line))).toEqual([])
})
