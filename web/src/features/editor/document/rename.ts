import { type NodeTypeDescriptor, nodeId, stringifyJson } from '@millrace/contracts'
import { isObject } from '../../../components/graph/layout.js'
import { type EditorDocument, edgeKey, type NodeDraft, textKey } from './document.js'
import { type Edit, edit, type Patch } from './patch.js'
import { type Renames, renameInParams, renameInSource, renameInTemplate } from './references.js'
import { holdsSource } from './sources.js'

export type NodeTypes = ReadonlyMap<string, NodeTypeDescriptor>

/** Why a node may not get this id, in words; undefined when it may. */
export const refuseId = (document: EditorDocument, id: string, wanted: string): string | undefined => {
  const shape = nodeId.safeParse(wanted)
  if (!shape.success) return shape.error.issues[0]?.message ?? 'this is no id'
  return wanted !== id && document.nodes.has(wanted) ? `another node has the id ${wanted}` : undefined
}

/**
 * Gives a node another id, and points to it all that named the old one: edges, the node it undoes, expressions in
 * params, on edges and in settings, the layout. Empty when the id may not be given.
 */
export const renameNode = (document: EditorDocument, id: string, wanted: string, types: NodeTypes): Patch => {
  const row = document.nodes.get(id)
  if (row === undefined || wanted === id || refuseId(document, id, wanted) !== undefined) return []
  const renames: Renames = new Map([[id, wanted]])
  const to = (name: string): string => renames.get(name) ?? name
  return edit(document, (draft) => {
    draft.delete('nodes', id)
    for (const [key, { rank, container: old, node }] of document.nodes) {
      const renamed = renameInNode(node, renames, types)
      const container = old === id ? wanted : old
      if (key === id) draft.set('nodes', wanted, { rank, container, node: { ...renamed, id: wanted } })
      else if (renamed !== node || container !== old)
        draft.set('nodes', key, { rank, container, node: renamed })
    }
    for (const [key, { rank, edge }] of document.edges) {
      const when = typeof edge.when === 'string' ? { when: renameInCondition(edge.when, renames) } : {}
      const moved = { ...edge, ...when, from: to(edge.from), to: to(edge.to) }
      if (stringifyJson(moved) === stringifyJson(edge)) continue
      draft.delete('edges', key)
      draft.set('edges', edgeKey(moved), { rank, edge: moved })
    }
    moveLayout(document, draft, id, wanted)
    const settings = document.fields.get('settings')
    if (isObject(settings)) {
      const renamed = renameInParams(settings, renames, () => false)
      if (stringifyJson(renamed) !== stringifyJson(settings)) draft.set('fields', 'settings', renamed)
    }
  })
}

/** The node itself where nothing in it names a renamed one. */
export const renameInNode = (node: NodeDraft, renames: Renames, types: NodeTypes): NodeDraft => {
  const params = renameInParams(node.params, renames, (path) => holdsSource(types.get(node.type), path))
  const undoing = typeof node['compensate'] === 'string' ? renames.get(node['compensate']) : undefined
  const renamed = { ...node, params, ...(undoing !== undefined && { compensate: undoing }) }
  return stringifyJson(renamed) === stringifyJson(node) ? node : renamed
}

/** A condition is an expression, with or without braces around it. */
export const renameInCondition = (when: string, renames: Renames): string =>
  when.trimStart().startsWith('{{') ? renameInTemplate(when, renames) : renameInSource(when, renames)

const moveLayout = (document: EditorDocument, draft: Edit, id: string, wanted: string): void => {
  const position = document.positions.get(id)
  draft.delete('positions', id)
  if (position !== undefined) draft.set('positions', wanted, position)
  draft.delete('folded', id)
  if (document.folded.has(id)) draft.set('folded', wanted, true)
  for (const [key, text] of document.texts) {
    if (text.node !== id) continue
    draft.delete('texts', key)
    draft.set('texts', textKey({ ...text, node: wanted }), { ...text, node: wanted })
  }
  for (const [key, group] of document.groups)
    if (group.nodes.includes(id))
      draft.set('groups', key, { ...group, nodes: group.nodes.map((node) => (node === id ? wanted : node)) })
}
