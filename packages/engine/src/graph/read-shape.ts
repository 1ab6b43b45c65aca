import {
  type Definition,
  type DefinitionProblem,
  definition,
  type Edge,
  edge,
  MAIN_PORT,
  type Node,
  node,
} from '@millrace/contracts'
import type { z } from 'zod'
import { type BodyAt, collectBodies } from './collect-bodies.js'
import { problem, toPointer } from './problem.js'

/** What could be read of a definition, however broken the rest is; the bodies of its containers included. */
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
  /** JSON pointer. */
  readonly at: string
  /** The container whose body holds it, by its pointer; empty for the definition's own nodes. */
  readonly within: string
  readonly node: Node
  /** False when they could not be read. */
  readonly hasParams: boolean
}

export interface EdgeAt {
  readonly at: string
  readonly within: string
  readonly edge: Edge
  /** False when it could not be read. */
  readonly hasPort: boolean
}

/** Size first: what is too large is not looked at any closer. */
export function readShape(input: unknown): Shape {
  const { bodies, tooLarge } = collectBodies(input)
  if (tooLarge.length > 0)
    return { definition: undefined, nodes: [], edges: [], complete: false, problems: tooLarge }
  const parsed = definition.safeParse(input)
  if (parsed.success) return wholeShape(parsed.data)
  const nodes = bodies.flatMap((body) => readNodes(body))
  const edges = bodies.flatMap((body) => readEdges(body))
  const count = (part: 'nodes' | 'edges') => bodies.reduce((sum, body) => sum + body[part].length, 0)
  return {
    definition: undefined,
    nodes,
    edges,
    complete: nodes.length === count('nodes') && edges.length === count('edges'),
    problems: parsed.error.issues.flatMap((issue) => toProblems(issue, input)),
  }
}

function wholeShape(whole: Definition): Shape {
  const nodes: NodeAt[] = []
  const edges: EdgeAt[] = []
  const append = (body: Pick<Definition, 'nodes' | 'edges'>, pointer: string) => {
    const within = holderOf(pointer)
    for (const [position, each] of body.nodes.entries())
      nodes.push({ at: `${pointer}/nodes/${position}`, within, node: each, hasParams: true })
    for (const [position, each] of body.edges.entries())
      edges.push({ at: `${pointer}/edges/${position}`, within, edge: each, hasPort: true })
  }
  append(whole, '')
  // `nodes` grows while it is walked: bodies within bodies are found in their turn.
  for (const { at, node: each } of nodes) if (each.body !== undefined) append(each.body, `${at}/body`)
  return { definition: whole, nodes, edges, complete: true, problems: [] }
}

const readNodes = ({ pointer, nodes }: BodyAt): NodeAt[] =>
  nodes.flatMap((raw, position) => {
    const read = readNode(raw)
    return read === undefined
      ? []
      : [{ at: `${pointer}/nodes/${position}`, within: holderOf(pointer), ...read }]
  })

const readEdges = ({ pointer, edges }: BodyAt): EdgeAt[] =>
  edges.flatMap((raw, position) => {
    const read = readEdge(raw)
    return read === undefined
      ? []
      : [{ at: `${pointer}/edges/${position}`, within: holderOf(pointer), ...read }]
  })

const holderOf = (pointer: string): string => pointer.replace(/\/body$/, '')

/** A node with an id and a type has a place in the graph, whatever is wrong with its other fields. */
function readNode(raw: unknown): Pick<NodeAt, 'node' | 'hasParams'> | undefined {
  // Its body is read by itself.
  const { body: given, ...fields } = membersOfObject(raw)
  const whole = node.safeParse(fields)
  const body = given === undefined ? {} : { body: NOTHING_READ }
  if (whole.success) return { node: { ...whole.data, ...body }, hasParams: true }
  const { id, type, params, onError, compensate } = fields
  if (typeof id !== 'string' || typeof type !== 'string') return undefined
  const { params: paramsSchema, onError: onErrorSchema } = node.shape
  const readParams = paramsSchema.safeParse(params)
  const salvaged: Node = {
    id,
    type,
    params: readParams.data ?? {},
    onError: onErrorSchema.safeParse(onError).data ?? 'fail',
    onCrash: 'retry',
    join: 'all',
    ...(typeof compensate === 'string' && { compensate }),
    ...body,
  }
  return { node: salvaged, hasParams: readParams.success }
}

/** Stands for a body in a node that was read by itself: its nodes stand beside it in the shape. */
const NOTHING_READ = { nodes: [], edges: [] }

function readEdge(raw: unknown): Pick<EdgeAt, 'edge' | 'hasPort'> | undefined {
  const whole = edge.safeParse(raw)
  if (whole.success) return { edge: whole.data, hasPort: true }
  const { from, to, port, when } = membersOfObject(raw)
  if (typeof from !== 'string' || typeof to !== 'string') return undefined
  const readPort = edge.shape.port.safeParse(port)
  const readWhen = edge.shape.when.safeParse(when).data
  const salvaged: Edge = {
    from,
    to,
    port: readPort.data ?? MAIN_PORT,
    ...(readWhen === undefined ? {} : { when: readWhen }),
  }
  return { edge: salvaged, hasPort: readPort.success }
}

const membersOfObject = (value: unknown): Partial<Record<string, unknown>> =>
  typeof value === 'object' && value !== null ? { ...value } : {}

function toProblems(issue: z.core.$ZodIssue, input: unknown): DefinitionProblem[] {
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
      isMissing(issue.path, input) ? 'this is required' : issue.message,
      'See the format millrace/v1 for what stands here.',
    ),
  ]
}

const isMissing = (path: readonly PropertyKey[], input: unknown): boolean => {
  const value = path.reduce<unknown>((around, key) => membersOfObject(around)[String(key)], input)
  return path.length > 0 && value === undefined
}
