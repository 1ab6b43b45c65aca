import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { gzipSync } from 'node:zlib'

const DIST = fileURLToPath(new URL('../../dist', import.meta.url))

const kilobytes = (path: string): number => gzipSync(readFileSync(join(DIST, path))).length / 1_024

/** What the first page loads before it is asked for anything: the scripts and styles that index.html names. */
export const initialKilobytes = (): number =>
  [
    ...readFileSync(join(DIST, 'index.html'), 'utf8').matchAll(
      /(?:src|href)="\/(assets\/[^"]+\.(?:js|css))"/g,
    ),
  ]
    .map((match) => kilobytes(match[1] ?? ''))
    .reduce((sum, size) => sum + size, 0)

/** The chunk of a route or library, by the name its file begins with. */
export const chunkKilobytes = (name: string): number =>
  readdirSync(join(DIST, 'assets'))
    .filter((file) => file.startsWith(`${name}-`) && file.endsWith('.js'))
    .map((file) => kilobytes(`assets/${file}`))
    .reduce((sum, size) => sum + size, 0)
