import { nearestName } from './nearest.js'

export interface UnknownName {
  /** As it is written: `triger`, `steps.fetch.ouput`. */
  readonly name: string
  readonly meant: string | undefined
}

/** What the scope of an expression may hold; some of it only in a body, in a filter or in a switch. */
const ROOTS = ['trigger', 'steps', 'run', 'workflow', 'vars', 'item', 'index', 'value']
/** Refused under a name of its own. */
const SECRETS = 'secrets'
const OF_A_STEP = ['output', 'status', 'error']

/** A node of the syntax tree, of whatever type. */
interface TreeNode {
  readonly type?: unknown
  readonly value?: unknown
  readonly steps?: readonly TreeNode[]
}

/**
 * Names that are read from the scope itself and are not in it: they would be nothing, without a word. What follows a
 * step of a path, stands in a predicate or changes an object is read from data, where any name may be.
 */
export function unknownNames(tree: unknown): UnknownName[] {
  const found = new Map<string, UnknownName>()
  const open: unknown[] = [tree]
  for (let node = open.pop(); node !== undefined || open.length > 0; node = open.pop()) {
    if (typeof node !== 'object' || node === null || node instanceof RegExp) continue
    if (Array.isArray(node)) open.push(...node)
    else if ((node as TreeNode).type === 'path') checkPath((node as TreeNode).steps ?? [], found, open)
    else for (const [name, member] of Object.entries(node)) if (!FROM_DATA.has(name)) open.push(member)
  }
  return [...found.values()]
}

/** Parts of a node that are evaluated over what it gave, or hold no expressions. */
const FROM_DATA: ReadonlySet<string> = new Set([
  'predicate',
  'stages',
  'group',
  'terms',
  'pattern',
  'update',
  'delete',
  'signature',
])

function checkPath(path: readonly TreeNode[], found: Map<string, UnknownName>, open: unknown[]): void {
  const [first] = path
  const isRoot = first?.type === 'variable' && (first.value === '' || first.value === '$')
  const [root, id, member] = isRoot ? path.slice(1) : path
  if (root?.type !== 'name') {
    // What a path begins with may itself read the scope: `(a.b).c`, `$f(a).b`.
    if (!isRoot) open.push(first)
    return
  }
  const name = String(root.value)
  if (!ROOTS.includes(name)) {
    if (name !== SECRETS) found.set(name, { name, meant: nearestName(name, ROOTS) })
  } else if (name === 'steps' && id?.type === 'name' && member?.type === 'name')
    checkMember(`steps.${id.value}`, String(member.value), found)
}

function checkMember(step: string, member: string, found: Map<string, UnknownName>): void {
  if (OF_A_STEP.includes(member)) return
  const meant = nearestName(member, OF_A_STEP)
  found.set(`${step}.${member}`, { name: `${step}.${member}`, meant: meant && `${step}.${meant}` })
}
