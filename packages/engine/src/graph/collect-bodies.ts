import { type DefinitionProblem, MAX_DEPTH, MAX_EDGES, MAX_NODES } from '@millrace/contracts'
import { problem } from './problem.js'

/** The raw parts of a definition that hold nodes and edges: itself, and the bodies of its containers. */
export interface BodyAt {
  /** JSON pointer; empty for the definition. */
  readonly pointer: string
  readonly value: unknown
  readonly nodes: readonly unknown[]
  readonly edges: readonly unknown[]
}

/** The outer before the inner. Level by level, and no further than is allowed: the input may be anything. */
export function collectBodies(input: unknown): { bodies: BodyAt[]; tooLarge: DefinitionProblem[] } {
  const bodies = [bodyAt(input, '')]
  let level: readonly BodyAt[] = bodies
  for (let depth = 0; level.length > 0; depth++) {
    const tooLarge = [...checkCount('nodes', bodies, MAX_NODES), ...checkCount('edges', bodies, MAX_EDGES)]
    if (tooLarge.length > 0) return { bodies, tooLarge }
    level = level.flatMap(bodiesWithin)
    if (level.length > 0 && depth === MAX_DEPTH) return { bodies, tooLarge: [tooDeep(level[0]!)] }
    bodies.push(...level)
  }
  return { bodies, tooLarge: [] }
}

const bodiesWithin = ({ nodes, pointer }: BodyAt): BodyAt[] =>
  nodes.flatMap((node, position) => {
    const body = memberOf(node, 'body')
    return body === undefined ? [] : [bodyAt(body, `${pointer}/nodes/${position}/body`)]
  })

const bodyAt = (value: unknown, pointer: string): BodyAt => ({
  pointer,
  value,
  nodes: listOf(memberOf(value, 'nodes')),
  edges: listOf(memberOf(value, 'edges')),
})

const memberOf = (value: unknown, key: 'nodes' | 'edges' | 'body'): unknown =>
  typeof value === 'object' && value !== null && Object.hasOwn(value, key)
    ? Reflect.get(value, key)
    : undefined

const listOf = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : [])

function checkCount(what: 'nodes' | 'edges', bodies: readonly BodyAt[], limit: number): DefinitionProblem[] {
  const count = bodies.reduce((sum, body) => sum + body[what].length, 0)
  if (count <= limit) return []
  const hint = 'Split the workflow into several that call each other.'
  return [problem(`/${what}`, 'TOO_LARGE', `${count} ${what}; at most ${limit} are allowed`, hint)]
}

const tooDeep = ({ pointer }: BodyAt): DefinitionProblem =>
  problem(
    pointer,
    'TOO_LARGE',
    `containers stand within each other more than ${MAX_DEPTH} deep`,
    'Move the inner ones into a workflow of their own.',
  )
