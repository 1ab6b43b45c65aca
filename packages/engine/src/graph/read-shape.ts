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
import { z } from 'zod'
import { type BodyAt, collectBodies } from './collect-bodies.js'
import { issuesOf } from './issues.js'
import { problem, toPointer } from './problem.js'
import { NODE_TITLES, titleOf, WORKFLOW_TITLES } from './titles.js'
import { flatMapInTurns, type InTurns } from './turns.js'
import { sayIssue } from './words.js'

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

/** Size first: what is too large is not looked at any closer. Then each node and edge by itself, and what is around them. */
export function* readShape(input: unknown): InTurns<Shape> {
  const { bodies, tooLarge } = collectBodies(input)
  if (tooLarge.length > 0)
    return { definition: undefined, nodes: [], edges: [], complete: false, problems: tooLarge }
  const frame = readFrames(input, bodies)
  const nodes = yield* flatMapInTurns(placesOf(bodies, 'nodes'), (place) => [readNode(place)])
  const edges = yield* flatMapInTurns(placesOf(bodies, 'edges'), (place) => [readEdge(place)])
  const problems = [...nodes.flatMap(problemsOf), ...edges.flatMap(problemsOf), ...frame.problems]
  const read = {
    nodes: nodes.flatMap(({ found }) => found ?? []),
    edges: edges.flatMap(({ found }) => found ?? []),
  }
  const complete = read.nodes.length === nodes.length && read.edges.length === edges.length
  if (frame.outside === undefined || problems.length > 0)
    return { definition: undefined, ...read, complete, problems }
  return { definition: assemble(frame.outside, read), ...read, complete, problems }
}

interface Read<T> {
  /** What could be read of it. */
  readonly found: T | undefined
  readonly problems: readonly DefinitionProblem[]
}
const problemsOf = ({ problems }: Read<unknown>): readonly DefinitionProblem[] => problems

/** Lists of anything: their members are read by themselves. */
const lists = {
  nodes: z.array(z.unknown()).max(MAX_NODES),
  edges: z.array(z.unknown()).max(MAX_EDGES),
}
const outside = definition.extend(lists)
const bodyFrame = z.strictObject({ nodes: lists.nodes.min(1), edges: lists.edges.default([]) })

type Outside = Omit<Definition, 'nodes' | 'edges'>

/** All but nodes and edges: what is around them in the definition, and that each body is one. */
function readFrames(
  input: unknown,
  bodies: readonly BodyAt[],
): { outside: Outside | undefined; problems: DefinitionProblem[] } {
  const whole = outside.safeParse(input)
  const problems = whole.success
    ? []
    : issuesOf(outside, input).flatMap((issue) => toProblems(issue, input, ''))
  for (const { pointer, value } of bodies.slice(1)) {
    const read = bodyFrame.safeParse(value)
    if (!read.success)
      problems.push(...issuesOf(bodyFrame, value).flatMap((issue) => toProblems(issue, value, pointer)))
  }
  return { outside: whole.data, problems }
}

interface Place {
  readonly at: string
  readonly within: string
  readonly raw: unknown
}

const placesOf = (bodies: readonly BodyAt[], part: 'nodes' | 'edges'): Place[] =>
  bodies.flatMap((body) => {
    const within = holderOf(body.pointer)
    return body[part].map((raw, position) => ({ at: `${body.pointer}/${part}/${position}`, within, raw }))
  })

/** Puts nodes and edges where they were found, in bodies of their own. */
function assemble(around: Outside, { nodes, edges }: Pick<Shape, 'nodes' | 'edges'>): Definition {
  const whole: Definition = { ...around, nodes: [], edges: [] }
  const parts = new Map<string, Pick<Definition, 'nodes' | 'edges'>>([['', whole]])
  // The outer come before the inner.
  for (const { at, within, node: each } of nodes) {
    if (each.body !== undefined) parts.set(at, each.body)
    parts.get(within)!.nodes.push(each)
  }
  for (const { within, edge: each } of edges) parts.get(within)!.edges.push(each)
  return whole
}

const holderOf = (pointer: string): string => pointer.replace(/\/body$/, '')

const plainNode = node.omit({ body: true })

/** A node with an id and a type has a place in the graph, whatever is wrong with its other fields. */
function readNode({ at, within, raw }: Place): Read<NodeAt> {
  // Its body is read by itself, and stands beside it in the shape.
  const isObject = typeof raw === 'object' && raw !== null && !Array.isArray(raw)
  const { body: given, ...fields } = membersOfObject(raw)
  const whole = plainNode.safeParse(isObject ? fields : raw)
  const body = given === undefined ? {} : { body: { nodes: [], edges: [] } }
  if (whole.success)
    return { found: { at, within, node: { ...whole.data, ...body }, hasParams: true }, problems: [] }
  const problems = issuesOf(plainNode, isObject ? fields : raw).flatMap((issue) => toProblems(issue, raw, at))
  const { id, type, params, onError, compensate } = fields
  if (typeof id !== 'string' || typeof type !== 'string') return { found: undefined, problems }
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
  return { found: { at, within, node: salvaged, hasParams: readParams.success }, problems }
}

function readEdge({ at, within, raw }: Place): Read<EdgeAt> {
  const whole = edge.safeParse(raw)
  if (whole.success) return { found: { at, within, edge: whole.data, hasPort: true }, problems: [] }
  const problems = issuesOf(edge, raw).flatMap((issue) => toProblems(issue, raw, at))
  const { from, to, port, when } = membersOfObject(raw)
  if (typeof from !== 'string' || typeof to !== 'string') return { found: undefined, problems }
  const readPort = edge.shape.port.safeParse(port)
  const readWhen = edge.shape.when.safeParse(when).data
  const salvaged: Edge = {
    from,
    to,
    port: readPort.data ?? MAIN_PORT,
    ...(readWhen === undefined ? {} : { when: readWhen }),
  }
  return { found: { at, within, edge: salvaged, hasPort: readPort.success }, problems }
}

const membersOfObject = (value: unknown): Partial<Record<string, unknown>> =>
  typeof value === 'object' && value !== null ? { ...value } : {}

/** `at`: where the input stands. */
function toProblems(issue: z.core.$ZodIssue, input: unknown, at: string): DefinitionProblem[] {
  if (issue.code === 'unrecognized_keys') {
    return issue.keys.map((key) =>
      problem(
        at + toPointer([...issue.path, key]),
        'INVALID_SHAPE',
        `There is no field ${key} here`,
        'Remove it, or check its spelling.',
      ),
    )
  }
  const { message, hint } = sayIssue(issue, titleIn(at, issue.path), valueAt(issue.path, input))
  return [problem(at + toPointer(issue.path), 'INVALID_SHAPE', withName(message, issue.path, input), hint)]
}

const titleIn = (at: string, path: readonly PropertyKey[]): string => {
  const titles = at === '' ? WORKFLOW_TITLES : NODE_TITLES
  const name = String(path.at(-1) ?? (at === '' ? 'definition' : 'node'))
  return titles[name] ?? titleOf(name)
}

/** A name that is refused stands in the message: among 10,000 nodes a pointer alone is hard to find. */
function withName(message: string, path: readonly PropertyKey[], input: unknown): string {
  const value = valueAt(path, input)
  return path.at(-1) === 'id' && typeof value === 'string'
    ? `${JSON.stringify(value.slice(0, SHOWN_LETTERS))} is no id: ${message.replace(/^Id: /, '')}`
    : message
}
const SHOWN_LETTERS = 80

const valueAt = (path: readonly PropertyKey[], input: unknown): unknown =>
  path.reduce<unknown>((around, key) => membersOfObject(around)[String(key)], input)
