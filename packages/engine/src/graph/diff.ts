import type { Definition, Edge, Json } from '@millrace/contracts'
import { sortKeys } from './canonical.js'

/** What running differently means between two definitions; layout is left out. */
export interface DefinitionDiff {
  readonly addedNodes: readonly string[]
  readonly removedNodes: readonly string[]
  /** Node id and the members that differ. */
  readonly changedNodes: readonly { readonly id: string; readonly members: readonly string[] }[]
  readonly addedEdges: readonly Edge[]
  readonly removedEdges: readonly Edge[]
  readonly settingsChanged: boolean
}

export function diffDefinitions(before: Definition, after: Definition): DefinitionDiff {
  const old = new Map(before.nodes.map((node) => [node.id, node]))
  const now = new Map(after.nodes.map((node) => [node.id, node]))
  const changedNodes = after.nodes.flatMap((node) => {
    const former = old.get(node.id)
    const members = former === undefined ? [] : changedMembers(former, node)
    return members.length === 0 ? [] : [{ id: node.id, members }]
  })
  const oldEdges = new Set(before.edges.map(fingerprint))
  const newEdges = new Set(after.edges.map(fingerprint))
  return {
    addedNodes: [...now.keys()].filter((id) => !old.has(id)),
    removedNodes: [...old.keys()].filter((id) => !now.has(id)),
    changedNodes,
    addedEdges: after.edges.filter((edge) => !oldEdges.has(fingerprint(edge))),
    removedEdges: before.edges.filter((edge) => !newEdges.has(fingerprint(edge))),
    settingsChanged:
      fingerprint([before.settings, before.vars ?? {}]) !== fingerprint([after.settings, after.vars ?? {}]),
  }
}

const fingerprint = (value: unknown): string => JSON.stringify(sortKeys(value as Json))

function changedMembers(before: object, after: object): string[] {
  const old = new Map(Object.entries(before))
  const now = new Map(Object.entries(after))
  return [...new Set([...old.keys(), ...now.keys()])].filter(
    (member) => fingerprint(old.get(member) ?? null) !== fingerprint(now.get(member) ?? null),
  )
}
