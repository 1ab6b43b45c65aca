import { type Definition, type Edge, type Json, type Node, stringifyJson } from '@millrace/contracts'
import { sortKeys } from './canonical.js'
import { plain } from './plain.js'
import { toPointer } from './problem.js'

/** What runs differently between two definitions; layout is left out. */
export interface DefinitionDiff {
  readonly addedNodes: readonly string[]
  readonly removedNodes: readonly string[]
  readonly changedNodes: readonly ChangedNode[]
  readonly addedEdges: readonly Edge[]
  readonly removedEdges: readonly Edge[]
  /** JSON pointers (RFC 6901) into the definition: settings, vars, name and description. */
  readonly changedSettings: readonly string[]
}

export interface ChangedNode {
  readonly id: string
  /** JSON pointers relative to the node, at the outermost values that differ in kind or content. */
  readonly pointers: readonly string[]
}

/** Nodes go by their id. An edge whose condition changed is removed and added. */
export function diffDefinitions(before: Definition, after: Definition): DefinitionDiff {
  const old = new Map(before.nodes.map((node) => [node.id, node]))
  const now = new Set(after.nodes.map(({ id }) => id))
  const oldEdges = new Set(before.edges.map(fingerprint))
  const newEdges = new Set(after.edges.map(fingerprint))
  return {
    addedNodes: [...now].filter((id) => !old.has(id)),
    removedNodes: [...old.keys()].filter((id) => !now.has(id)),
    changedNodes: after.nodes.flatMap((node) => changedNode(old.get(node.id), node)),
    addedEdges: after.edges.filter((edge) => !oldEdges.has(fingerprint(edge))),
    removedEdges: before.edges.filter((edge) => !newEdges.has(fingerprint(edge))),
    changedSettings: changedPointers(settingsOf(before), settingsOf(after)),
  }
}

function changedNode(before: Node | undefined, after: Node): ChangedNode[] {
  if (before === undefined) return []
  const pointers = changedPointers(plain(before), plain(after))
  return pointers.length === 0 ? [] : [{ id: after.id, pointers }]
}

const settingsOf = ({ name, description, settings, vars }: Definition): Json =>
  plain({ name, description, settings, vars })

const fingerprint = (edge: Edge): string => stringifyJson(sortKeys(plain(edge)))

/** Objects are compared member by member; lists as a whole, since an item put in front moves all the others. */
function changedPointers(before: Json | undefined, after: Json | undefined, path: string[] = []): string[] {
  if (isObject(before) && isObject(after)) {
    const old = new Map(Object.entries(before))
    const now = new Map(Object.entries(after))
    return [...new Set([...old.keys(), ...now.keys()])].flatMap((key) =>
      changedPointers(old.get(key), now.get(key), [...path, key]),
    )
  }
  const same = stringifyJson(sortKeys(before ?? null)) === stringifyJson(sortKeys(after ?? null))
  return same && (before === undefined) === (after === undefined) ? [] : [toPointer(path)]
}

const isObject = (value: Json | undefined): value is { [key: string]: Json } =>
  value !== null && typeof value === 'object' && !Array.isArray(value)
