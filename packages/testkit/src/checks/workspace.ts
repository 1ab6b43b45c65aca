import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { importsOf } from './imports.js'
import { parsesPlainly } from './plain-parse.js'

export interface SourceFile {
  /** From the root of the repository. */
  readonly path: string
  readonly isTest: boolean
  readonly imports: readonly string[]
  /** See `json-rules.ts`. */
  readonly parsesPlainly: boolean
}

export interface WorkspacePackage {
  /** From the root of the repository: `packages/engine`. */
  readonly folder: string
  readonly name: string
  /** What it needs to run: dependencies, not devDependencies. */
  readonly dependencies: readonly string[]
  readonly files: readonly SourceFile[]
}

const GROUPS = ['packages', 'services']
const SINGLE = ['db', 'web', 'bench']
const SOURCE = /\.(ts|tsx)$/
const TEST = /(\.test\.tsx?$|^test\/)/

/** Reads every package of the repository with all that its files import. */
export const readWorkspace = (root: string): WorkspacePackage[] => {
  const grouped = GROUPS.flatMap((group) => readdirSync(join(root, group)).map((name) => `${group}/${name}`))
  return [...grouped, ...SINGLE]
    .filter((folder) => existsSync(join(root, folder, 'package.json')))
    .map((folder) => readPackage(root, folder))
}

const readPackage = (root: string, folder: string): WorkspacePackage => {
  const manifest: { name: string; dependencies?: Record<string, string> } = JSON.parse(
    readFileSync(join(root, folder, 'package.json'), 'utf8'),
  )
  const paths = ['src', 'test'].flatMap((part) => sourcesBelow(join(root, folder), part))
  return {
    folder,
    name: manifest.name,
    dependencies: Object.keys(manifest.dependencies ?? {}),
    files: paths.map((path) => {
      const source = readFileSync(join(root, folder, path), 'utf8')
      return {
        path: `${folder}/${path}`,
        isTest: TEST.test(path),
        imports: importsOf(source),
        parsesPlainly: parsesPlainly(source),
      }
    }),
  }
}

const sourcesBelow = (folder: string, part: string): string[] => {
  const start = join(folder, part)
  if (!existsSync(start)) return []
  return readdirSync(start, { recursive: true, encoding: 'utf8' })
    .filter((path) => SOURCE.test(path))
    .map((path) => `${part}/${path}`)
}
