import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { gzipSync } from 'node:zlib'
import type { Report } from './report.js'

const DIST = fileURLToPath(new URL('../../dist', import.meta.url))

/** What is downloaded for a part of the app, over what the first page has loaded already. */
export function measureChunks(report: Report): void {
  const page = readFileSync(join(DIST, 'index.html'), 'utf8')
  const first = [...page.matchAll(/(?:src|href)="\/assets\/([^"]+\.(?:js|css))"/g)].map((match) => match[1]!)
  const initial = closure(first)
  const added = (name: string, without: ReadonlySet<string> = initial) =>
    kilobytes([...closure(chunksOf(name))].filter((file) => !without.has(file)))
  const canvas = closure(chunksOf('graph-view'))
  report.note('initial route, gzip', 300, kilobytes(initial), 'KB')
  // What a run's page has loaded by the time it shows its graph is not the canvas's doing.
  const runPage = new Set([...initial, ...closure(chunksOf('run-console'))])
  report.note('canvas on top of the page of a run, gzip', 120, added('graph-view', runPage), 'KB')
  report.note(
    'workflow editor on top of it and the canvas, gzip',
    165,
    added('editor', new Set([...initial, ...canvas])),
    'KB',
  )
  report.note('code editor on top of it, gzip', 165, added('code-mirror'), 'KB')
}

const kilobytes = (files: Iterable<string>): number =>
  [...files]
    .map((file) => gzipSync(readFileSync(join(DIST, 'assets', file))).length / 1_024)
    .reduce((sum, size) => sum + size, 0)

/** The chunks that a route or a library begins with: their files are named after its module. */
const chunksOf = (name: string): string[] => {
  const files = readdirSync(join(DIST, 'assets')).filter(
    (file) => file.startsWith(`${name}-`) && file.endsWith('.js'),
  )
  if (files.length === 0) throw new Error(`The build has no chunk ${name}`)
  return files
}

/** The files with all that they import from the start; what they import later on, when asked, is not in it. */
function closure(files: readonly string[]): Set<string> {
  const found = new Set<string>()
  const visit = (file: string): void => {
    if (found.has(file)) return
    found.add(file)
    if (!file.endsWith('.js')) return
    const source = readFileSync(join(DIST, 'assets', file), 'utf8')
    for (const match of source.matchAll(/(?:\bfrom|\bimport)\s*["']\.\/([^"']+\.js)["']/g)) visit(match[1]!)
  }
  for (const file of files) visit(file)
  return found
}
