import { type JsonObject, MAIN_PORT } from '@millrace/contracts'
import { remove } from '../document/commands.js'
import { type EdgeDraft, type EditorDocument, edgeKey } from '../document/document.js'
import { applyPatch, edit, joinPatches, type Patch } from '../document/patch.js'
import type { NodeTypes } from '../document/rename.js'
import { rewriteNode } from './expressions.js'
import { type Passed, templatesOf } from './passed.js'
import { readingFrom } from './reading.js'
import type { Shape } from './shape.js'
import { rewriteWhen } from './survey.js'

export const CALL = 'workflow.call'

interface Call {
  readonly id: string
  /** Of the workflow it calls. */
  readonly workflow: string
  readonly inputs: readonly Passed[]
  readonly outputs: readonly Passed[]
}

/** Puts a call where the selection was, and points what read of the selection to the output of the call. */
export const replaceByCall = (
  document: EditorDocument,
  types: NodeTypes,
  shape: Shape,
  { id, workflow, inputs, outputs }: Call,
): Patch => {
  const removed = remove(document, { nodes: shape.all, edges: new Set(), notes: new Set() })
  const rest = applyPatch(document, removed)
  const [entry] = shape.entries
  const added = edit(rest, (draft) => {
    const params: JsonObject = { workflow, ...(inputs.length > 0 && { input: templatesOf(inputs) }) }
    const join = entry?.['join'] === undefined ? {} : { join: entry['join'] }
    const rank = document.nodes.get(entry?.id ?? '')?.rank ?? draft.nextRank('nodes')
    draft.set('nodes', id, {
      rank,
      container: undefined,
      node: { id, type: CALL, name: workflow, params, ...join },
    })
    draft.set('positions', id, document.positions.get(entry?.id ?? '') ?? { x: 0, y: 0 })
    for (const [key, row] of rest.nodes) {
      const before = shape.outgoing.filter(({ to }) => to === key).map(({ from }) => from)
      const node = rewriteNode(row.node, types, readingFrom(['steps', id, 'output'], outputs, before))
      if (node !== row.node) draft.set('nodes', key, { ...row, node })
    }
    const rewrite = (edge: EdgeDraft): EdgeDraft =>
      rewriteWhen(edge, readingFrom(['steps', id, 'output'], outputs, []))
    for (const [key, row] of rest.edges) {
      const edge = rewrite(row.edge)
      if (edge.when !== row.edge.when) draft.set('edges', key, { ...row, edge })
    }
    for (const edge of [...edgesInto(shape, id), ...edgesOutOf(shape, id).map(rewrite)])
      draft.set('edges', edgeKey(edge), { rank: draft.nextRank('edges'), edge })
  })
  return joinPatches(removed, added)
}

/** All entries are led into by the same ones. */
const edgesInto = ({ entries, incoming }: Shape, call: string): EdgeDraft[] =>
  incoming.filter(({ to }) => to === entries[0]?.id).map((edge) => ({ ...edge, to: call }))

/** One to each node that anything of the selection leads to; all of these lead there by one condition. */
const edgesOutOf = ({ outgoing }: Shape, call: string): EdgeDraft[] => {
  const targets = new Map(outgoing.map((edge) => [edge.to, edge]))
  return [...targets.values()].map((edge) => ({ ...edge, from: call, port: MAIN_PORT }))
}
