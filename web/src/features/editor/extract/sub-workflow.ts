import type { JsonObject } from '@millrace/contracts'
import type { Point } from '../../../components/graph/layout.js'
import { clipOf } from '../document/clipboard.js'
import { edgeFrom, newNode } from '../document/commands.js'
import { type EdgeDraft, type EditorDocument, edgeKey, type NodeDraft } from '../document/document.js'
import { freshId, idForType } from '../document/ids.js'
import { writeDocument } from '../document/json.js'
import type { NodeTypes } from '../document/rename.js'
import { rewriteNode } from './expressions.js'
import { type Passed, templatesOf } from './passed.js'
import { readingFrom } from './reading.js'
import { outletsOf, type Shape } from './shape.js'
import { rewriteWhen } from './survey.js'

export const CALLED = 'trigger.call'
export const RESULT = 'transform.json'

interface SubWorkflow {
  readonly name: string
  readonly description: string
  readonly inputs: readonly Passed[]
  readonly outputs: readonly Passed[]
  /** True where its expressions read the variables of the workflow. */
  readonly readsVars: boolean
}

/** The selection as a workflow of its own: started by a call, its expressions read the input of that. */
export const subWorkflow = (
  document: EditorDocument,
  types: NodeTypes,
  shape: Shape,
  { name, description, inputs, outputs, readsVars }: SubWorkflow,
): JsonObject => {
  const clip = clipOf(document, { nodes: shape.all, edges: new Set(), notes: new Set() })
  const started = idForType(CALLED, clip.nodes)
  const result =
    outputs.length === 0 ? undefined : freshId('result', new Set([...clip.nodes.keys(), started]))
  const nodes = [...clip.nodes].map(([id, row]) => {
    const before = shape.incoming.filter(({ to }) => to === id).map(({ from }) => from)
    return [
      id,
      { ...row, node: rewriteNode(row.node, types, readingFrom(['trigger'], inputs, before)) },
    ] as const
  })
  const own = [
    { rank: -1, container: undefined, node: newNode(started, CALLED) },
    ...(result === undefined
      ? []
      : [
          {
            rank: Infinity,
            container: undefined,
            node: newNode(result, RESULT, { value: templatesOf(outputs) }),
          },
        ]),
  ]
  const edges = [
    ...shape.entries.map(({ id }) => edgeFrom(started, id)),
    ...[...clip.edges.values()].map(({ edge }) => rewriteWhen(edge, readingFrom(['trigger'], inputs, []))),
    ...(result === undefined ? [] : edgesToResult(shape, types, result)),
  ]
  const vars = document.fields.get('vars')
  return writeDocument({
    ...clip,
    nodes: new Map([...nodes, ...own.map((row) => [row.node.id, row] as const)]),
    edges: new Map(edges.map((edge, rank) => [edgeKey(edge), { rank, edge }])),
    positions: new Map([...clip.positions, ...placesOf(shape, clip.positions, started, result)]),
    notes: new Map(),
    groups: new Map(),
    // It cannot be published with them, so that the author is told and nothing is lost.
    texts: new Map([...document.texts].filter(([, { node }]) => node !== undefined && shape.all.has(node))),
    fields: new Map([
      ['format', 'millrace/v1'],
      ['name', name],
      ['description', description],
      ...(readsVars && vars !== undefined ? [['vars', vars] as const] : []),
    ]),
    extras: new Map(),
  })
}

/**
 * From every outlet that nothing inside follows in any case: whatever ways a run takes, it comes to its result, behind
 * all that was taken.
 */
const edgesToResult = ({ top, inner }: Shape, types: NodeTypes, result: string): EdgeDraft[] =>
  top.flatMap((node) =>
    outletsOf(node, types)
      .filter(
        (port) =>
          !inner.some((edge) => edge.from === node.id && edge.port === port && edge.when === undefined),
      )
      .map((port) => edgeFrom(node.id, result, port)),
  )

const BESIDE = 300

/** The call's start before what it leads to, the result behind everything. */
const placesOf = (
  { top, entries }: Shape,
  positions: ReadonlyMap<string, Point>,
  started: string,
  result: string | undefined,
): (readonly [string, Point])[] => {
  const at = (nodes: readonly NodeDraft[]) => nodes.flatMap(({ id }) => positions.get(id) ?? [])
  const places = at(top)
  const { y = 0 } = at(entries)[0] ?? {}
  return [
    [started, { x: Math.min(...places.map(({ x }) => x)) - BESIDE, y }],
    ...(result === undefined
      ? []
      : [[result, { x: Math.max(...places.map(({ x }) => x)) + BESIDE, y }] as const]),
  ]
}
