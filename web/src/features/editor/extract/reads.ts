import jsonata from 'jsonata'

/** One place where an expression reads what the run around it gives: `steps.fetch.output`, `trigger`. */
export interface Read {
  /** `steps`, `trigger`, `run`, `workflow`, `vars`, `item` … */
  readonly root: string
  /** Of `steps`. */
  readonly step: string | undefined
  /** True where only the output of the step is read: the place ends behind `output`. */
  readonly ofOutput: boolean
  /** Offsets in the source. A `$` or `$$` before the root is outside. */
  readonly from: number
  readonly to: number
}

interface Reads {
  readonly reads: readonly Read[]
  /** True where it also reads by means that do not name what: `$keys(steps)`, `$$.*`. */
  readonly unnamed: boolean
}

/**
 * What an expression reads, by its syntax tree: names in quotes, in comments and within the data of a path are none.
 * In the order of the source. Throws for a source that does not parse.
 */
export const readsOf = (source: string): Reads => {
  const reads = new Map<number, Read>()
  let unnamed = false
  const walk = (node: unknown, atRoot: boolean): void => {
    if (Array.isArray(node)) for (const item of node) walk(item, atRoot)
    else if (isPath(node)) walkPath(node, atRoot)
    else if (isNode(node)) {
      if (reachesAll(node, atRoot)) unnamed = true
      for (const [name, member] of Object.entries(node)) walk(member, atRoot && !OF_DATA.has(name))
    }
  }
  const walkPath = ({ steps, type: _, ...rest }: PathNode, atRoot: boolean): void => {
    const [first] = steps
    const begins = first?.type === 'variable' && (first.value === '$' || (atRoot && first.value === ''))
    const names = begins ? steps.slice(1) : steps
    if (begins || (atRoot && first?.type === 'name')) {
      const read = readAt(names, source)
      if (read === undefined) unnamed = true
      else reads.set(read.from, read)
    } else walk(first, atRoot)
    // What comes later in a path, and the filters on its steps, are read from the data it has come to.
    for (const step of steps.slice(1)) walk(step, false)
    walk(first?.['stages'], false)
    walk(Object.values(rest), false)
  }
  walk(jsonata(source).ast(), true)
  return { reads: [...reads.values()].sort((one, other) => one.from - other.from), unnamed }
}

/** The source with other texts at its reads; undefined leaves one as it is. */
export const replaceReads = (
  source: string,
  reads: readonly Read[],
  replace: (read: Read) => string | undefined,
): string => {
  let at = 0
  let replaced = ''
  for (const read of reads) {
    replaced += source.slice(at, read.from) + (replace(read) ?? source.slice(read.from, read.to))
    at = read.to
  }
  return replaced + source.slice(at)
}

interface SyntaxNode {
  readonly type: string
  readonly value?: unknown
  /** Behind the last character of a name. */
  readonly position?: number
  readonly [member: string]: unknown
}

interface PathNode extends SyntaxNode {
  readonly steps: readonly SyntaxNode[]
}

const isNode = (node: unknown): node is SyntaxNode =>
  typeof node === 'object' && node !== null && !(node instanceof RegExp)

const isPath = (node: unknown): node is PathNode => isNode(node) && node.type === 'path'

/** Members of a node that are evaluated on the data it gives, not on what it is evaluated on itself. */
const OF_DATA: ReadonlySet<string> = new Set(['stages', 'predicate', 'group', 'pattern', 'update', 'delete'])

const reachesAll = ({ type, value }: SyntaxNode, atRoot: boolean): boolean =>
  type === 'variable' ? value === '$' || (value === '' && atRoot) : atRoot && WILD.has(type)

const WILD: ReadonlySet<string> = new Set(['wildcard', 'descendant'])

/** Undefined where the names do not say what is read. */
const readAt = ([root, ...names]: readonly SyntaxNode[], source: string): Read | undefined => {
  if (root?.type !== 'name' || typeof root.value !== 'string' || root.position === undefined) return undefined
  const from = root.position - root.value.length
  if (source.slice(from, root.position) !== root.value) return undefined
  const whole = { root: root.value, step: undefined, ofOutput: false, from, to: root.position }
  if (root.value !== 'steps') return whole
  const [step, output] = names
  if (isFiltered(root) || step?.type !== 'name' || step.position === undefined) return undefined
  const ofOutput = output?.type === 'name' && output.value === 'output' && !isFiltered(step)
  return {
    ...whole,
    step: String(step.value),
    ofOutput,
    to: (ofOutput ? output : step).position ?? step.position,
  }
}

const isFiltered = (node: SyntaxNode): boolean => 'stages' in node || 'predicate' in node
