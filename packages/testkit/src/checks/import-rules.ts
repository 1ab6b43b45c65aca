import { isBuiltin } from 'node:module'
import { posix } from 'node:path'
import type { SourceFile, WorkspacePackage } from './workspace.js'

/**
 * Imports go one way: contracts ← engine ← packages ← services ← standalone. A rule gives what is wrong and what
 * to do about it. Tests may import what they like, but for files of other packages by path.
 */

type Layer = 'contracts' | 'engine' | 'expressions' | 'web' | 'package' | 'service' | 'standalone' | 'tool'

const PURE: readonly Layer[] = ['contracts', 'engine', 'expressions']

/** Which layers a layer may import from. `tool` is what runs the product from outside: tests and benchmarks. */
const MAY_IMPORT: Record<Layer, readonly Layer[]> = {
  contracts: [],
  engine: ['contracts'],
  // One evaluator: what the editor shows is what a run gives.
  expressions: ['contracts'],
  web: PURE,
  package: [...PURE, 'package'],
  service: [...PURE, 'package'],
  standalone: [...PURE, 'package', 'service'],
  tool: [...PURE, 'package', 'service', 'standalone', 'tool'],
}

const INSTEAD: Record<Layer, string> = {
  contracts: 'Move what both need into packages/contracts.',
  engine: 'The engine is pure: pass the value in, or move the shape into packages/contracts.',
  expressions:
    'Expressions are evaluated in browsers too: pass the value in, or move the shape into packages/contracts.',
  web: 'The web app talks to the services over HTTP; share shapes through packages/contracts.',
  package: 'Packages stand below services: move what it needs down into a package.',
  service: 'Services never import each other: move what both need into a package.',
  standalone: 'Only services/standalone mounts services; tests and benchmarks use it from outside.',
  tool: '',
}

/** Libraries that only one package may use. */
const OWNED = new Map([['undici', 'packages/http-client']])

const layerOf = (folder: string): Layer => {
  if (folder === 'packages/contracts') return 'contracts'
  if (folder === 'packages/engine') return 'engine'
  if (folder === 'packages/expressions') return 'expressions'
  if (folder === 'packages/testkit' || folder === 'bench') return 'tool'
  if (folder === 'web') return 'web'
  if (folder === 'services/standalone') return 'standalone'
  return folder.startsWith('services/') ? 'service' : 'package'
}

/** @returns every breach, as a line that says where, what and what to do; in the order of the files. */
export const checkImports = (packages: readonly WorkspacePackage[]): string[] => [
  ...packages.flatMap((each) => [
    ...each.dependencies.flatMap((name) => checkArrow(packages, each, `${each.folder}/package.json`, name)),
    ...each.files.flatMap((file) => checkFile(packages, each, file)),
  ]),
  ...findCycles(packages),
]

const checkFile = (
  packages: readonly WorkspacePackage[],
  owner: WorkspacePackage,
  file: SourceFile,
): string[] => {
  const inside = file.imports.flatMap((name) => checkPath(owner, file, name))
  if (file.isTest) return inside
  return [
    ...inside,
    ...file.imports.flatMap((name) => [
      ...checkArrow(packages, owner, file.path, packageName(name)),
      ...checkOwned(owner, file, packageName(name)),
      ...checkPure(owner, file, name),
    ]),
  ]
}

/** `@scope/name/deep/file` → `@scope/name`. */
const packageName = (specifier: string): string =>
  specifier
    .split('/')
    .slice(0, specifier.startsWith('@') ? 2 : 1)
    .join('/')

const checkPath = (owner: WorkspacePackage, file: SourceFile, specifier: string): string[] => {
  if (!specifier.startsWith('.')) return []
  const target = posix.join(posix.dirname(file.path), specifier)
  if (target.startsWith(`${owner.folder}/`)) return []
  return [`${file.path} reaches ${target} by path. Import the package by its name, from its index.`]
}

const checkArrow = (
  packages: readonly WorkspacePackage[],
  owner: WorkspacePackage,
  where: string,
  name: string,
): string[] => {
  const target = packages.find((each) => each.name === name)
  if (target === undefined || target === owner) return []
  const from = layerOf(owner.folder)
  if (MAY_IMPORT[from].includes(layerOf(target.folder))) return []
  return [
    `${where} imports ${target.folder}: ${from} may not import ${layerOf(target.folder)}. ${INSTEAD[from]}`,
  ]
}

const checkOwned = (owner: WorkspacePackage, file: SourceFile, name: string): string[] => {
  const room = OWNED.get(name)
  if (room === undefined || room === owner.folder) return []
  return [`${file.path} imports ${name}: only ${room} may. Outbound HTTP goes through its address guard.`]
}

const checkPure = (owner: WorkspacePackage, file: SourceFile, specifier: string): string[] => {
  if (!PURE.includes(layerOf(owner.folder)) || !isBuiltin(specifier)) return []
  return [
    `${file.path} imports ${specifier}: ${owner.folder} is pure and runs in browsers too. Pass the value in.`,
  ]
}

/** Cycles between packages, each named once, from its first package on. */
const findCycles = (packages: readonly WorkspacePackage[]): string[] => {
  const targets = new Map(packages.map((each) => [each.name, neighbours(packages, each)]))
  const problems: string[] = []
  const done = new Set<string>()
  const visit = (name: string, trail: readonly string[]): void => {
    const start = trail.indexOf(name)
    if (start >= 0) problems.push(cycleProblem([...trail.slice(start), name]))
    if (start >= 0 || done.has(name)) return
    for (const next of targets.get(name) ?? []) visit(next, [...trail, name])
    done.add(name)
  }
  for (const each of packages) visit(each.name, [])
  return problems
}

const cycleProblem = (names: readonly string[]): string =>
  `${names.join(' → ')} is a cycle. Move what they share into the one that stands lower, or into a new package.`

const neighbours = (packages: readonly WorkspacePackage[], owner: WorkspacePackage): string[] => {
  const imported = owner.files.filter((file) => !file.isTest).flatMap((file) => file.imports.map(packageName))
  const names = new Set([...owner.dependencies, ...imported])
  return packages.map((each) => each.name).filter((name) => name !== owner.name && names.has(name))
}
