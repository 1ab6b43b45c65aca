import { existsSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'

const root = new URL('../../../', import.meta.url)
const text = readFileSync(new URL('docs/DURABILITY.md', root), 'utf8')
const filesIn = (part: string): string[] =>
  [...part.matchAll(/`((?:packages|services|bench|db|docs)\/[^`]+)`/g)].map(([, path = '']) => path)

describe('docs/DURABILITY.md', () => {
  it('names only files that exist', () => {
    const missing = filesIn(text).filter((path) => !existsSync(fileURLToPath(new URL(path, root))))
    expect(missing).toEqual([])
    expect(filesIn(text).length).toBeGreaterThan(60)
  })

  it.each(Array.from({ length: 21 }, (_, index) => `D${index + 1}`))(
    'says of %s which files keep it and which tests play it, and each of them cites the rule',
    (rule) => {
      const row = text.split('\n').find((line) => line.startsWith(`| ${rule} |`)) ?? ''
      const [, , , kept = '', played = ''] = row.split('|')
      expect(filesIn(kept)).not.toEqual([])
      expect(filesIn(played)).not.toEqual([])
      const silent = [...filesIn(kept), ...filesIn(played)].filter(
        (path) => !new RegExp(`\\b${rule}\\b`).test(readFileSync(new URL(path, root), 'utf8')),
      )
      expect(silent, `these do not cite ${rule}`).toEqual([])
    },
  )
})
