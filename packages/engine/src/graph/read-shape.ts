import {
  type Definition,
  type DefinitionProblem,
  definition,
  type Edge,
  edge,
  MAX_EDGES,
  MAX_NODES,
  type Node,
  node,
} from '@millrace/contracts'
import type { z } from 'zod'
import { problem, toPointer } from './problem.js'

/** What could be read of a definition, however broken the rest is. Positions are those of the input. */
export interface Shape {
  /** Only when the whole is well formed. */
  readonly definition: Definition | undefined
  readonly nodes: readonly { readonly at: number; readonly node: Node }[]
  readonly edges: readonly { readonly at: number; readonly edge: Edge }[]
  readonly problems: readonly DefinitionProblem[]
}

/** Size first: what is too large is not looked at any closer. */
export function readShape(input: unknown): Shape {
  const nodes = membersOf(input, 'nodes')
  const edges = membersOf(input, 'edges')
  if (nodes.length > MAX_NODES || edges.length > MAX_EDGES) return tooLarge(nodes.length, edges.length)
  const parsed = definition.safeParse(input)
  if (parsed.success) {
    return {
      definition: parsed.data,
      nodes: parsed.data.nodes.map((each, at) => ({ at, node: each })),
      edges: parsed.data.edges.map((each, at) => ({ at, edge: each })),
      problems: [],
    }
  }
  return {
    definition: undefined,
    nodes: readEach(nodes, node).map(({ at, value }) => ({ at, node: value })),
    edges: readEach(edges, edge).map(({ at, value }) => ({ at, edge: value })),
    problems: parsed.error.issues.flatMap(toProblems),
  }
}

function membersOf(input: unknown, key: 'nodes' | 'edges'): readonly unknown[] {
  if (typeof input !== 'object' || input === null) return []
  const members: unknown = (input as Record<string, unknown>)[key]
  return Array.isArray(members) ? members : []
}

function readEach<T extends z.ZodType>(
  items: readonly unknown[],
  schema: T,
): { at: number; value: z.output<T> }[] {
  return items.flatMap((item, at) => {
    const parsed = schema.safeParse(item)
    return parsed.success ? [{ at, value: parsed.data }] : []
  })
}

function tooLarge(nodes: number, edges: number): Shape {
  const message = `${nodes} nodes and ${edges} edges; at most ${MAX_NODES} and ${MAX_EDGES} are allowed`
  const hint = 'Split the workflow into several that call each other.'
  return { definition: undefined, nodes: [], edges: [], problems: [problem('', 'TOO_LARGE', message, hint)] }
}

function toProblems(issue: z.core.$ZodIssue): DefinitionProblem[] {
  if (issue.code === 'unrecognized_keys') {
    return issue.keys.map((key) =>
      problem(
        toPointer([...issue.path, key]),
        'INVALID_SHAPE',
        `unknown field ${key}`,
        'Remove it, or check its spelling.',
      ),
    )
  }
  return [
    problem(
      toPointer(issue.path),
      'INVALID_SHAPE',
      issue.message,
      'See the format millrace/v1 for what stands here.',
    ),
  ]
}
