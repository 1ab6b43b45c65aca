import {
  type Definition,
  type DefinitionProblem,
  definition,
  type Edge,
  edge,
  MAIN_PORT,
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
  readonly nodes: readonly NodeAt[]
  readonly edges: readonly EdgeAt[]
  /** False when nodes or edges had to be left out: what the graph lacks may then be among them. */
  readonly complete: boolean
  readonly problems: readonly DefinitionProblem[]
}

export interface NodeAt {
  readonly at: number
  readonly node: Node
  /** False when they could not be read. */
  readonly hasParams: boolean
}

export interface EdgeAt {
  readonly at: number
  readonly edge: Edge
  /** False when it could not be read. */
  readonly hasPort: boolean
}

/** Size first: what is too large is not looked at any closer. */
export function readShape(input: unknown): Shape {
  const nodes = membersOf(input, 'nodes')
  const edges = membersOf(input, 'edges')
  const tooLarge = [...checkCount('nodes', nodes, MAX_NODES), ...checkCount('edges', edges, MAX_EDGES)]
  if (tooLarge.length > 0)
    return { definition: undefined, nodes: [], edges: [], complete: false, problems: tooLarge }
  const parsed = definition.safeParse(input)
  if (parsed.success) {
    return {
      definition: parsed.data,
      nodes: parsed.data.nodes.map((each, at) => ({ at, node: each, hasParams: true })),
      edges: parsed.data.edges.map((each, at) => ({ at, edge: each, hasPort: true })),
      complete: true,
      problems: [],
    }
  }
  const readNodes = nodes.flatMap(salvageNode)
  const readEdges = edges.flatMap(salvageEdge)
  return {
    definition: undefined,
    nodes: readNodes,
    edges: readEdges,
    complete: readNodes.length === nodes.length && readEdges.length === edges.length,
    problems: parsed.error.issues.flatMap(toProblems),
  }
}

/** A node with an id and a type has a place in the graph, whatever is wrong with its other fields. */
function salvageNode(raw: unknown, at: number): NodeAt[] {
  const whole = node.safeParse(raw)
  if (whole.success) return [{ at, node: whole.data, hasParams: true }]
  const { id, type, params, onError } = membersOfObject(raw)
  if (typeof id !== 'string' || typeof type !== 'string') return []
  const { params: paramsSchema, onError: onErrorSchema } = node.shape
  const readParams = paramsSchema.safeParse(params)
  const salvaged: Node = {
    id,
    type,
    params: readParams.data ?? {},
    onError: onErrorSchema.safeParse(onError).data ?? 'fail',
    onCrash: 'retry',
    join: 'all',
  }
  return [{ at, node: salvaged, hasParams: readParams.success }]
}

function salvageEdge(raw: unknown, at: number): EdgeAt[] {
  const whole = edge.safeParse(raw)
  if (whole.success) return [{ at, edge: whole.data, hasPort: true }]
  const { from, to, port, when } = membersOfObject(raw)
  if (typeof from !== 'string' || typeof to !== 'string') return []
  const readPort = edge.shape.port.safeParse(port)
  const readWhen = edge.shape.when.safeParse(when).data
  const salvaged: Edge = {
    from,
    to,
    port: readPort.data ?? MAIN_PORT,
    ...(readWhen === undefined ? {} : { when: readWhen }),
  }
  return [{ at, edge: salvaged, hasPort: readPort.success }]
}

function membersOf(input: unknown, key: 'nodes' | 'edges'): readonly unknown[] {
  const members = membersOfObject(input)[key]
  return Array.isArray(members) ? members : []
}

const membersOfObject = (value: unknown): Partial<Record<string, unknown>> =>
  typeof value === 'object' && value !== null ? { ...value } : {}

function checkCount(
  what: 'nodes' | 'edges',
  members: readonly unknown[],
  limit: number,
): DefinitionProblem[] {
  if (members.length <= limit) return []
  const hint = 'Split the workflow into several that call each other.'
  return [problem(`/${what}`, 'TOO_LARGE', `${members.length} ${what}; at most ${limit} are allowed`, hint)]
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
