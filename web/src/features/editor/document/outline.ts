import { MAIN_PORT } from '@millrace/contracts'
import { bodiesOf } from './bodies.js'
import { type EditorDocument, edgesOf } from './document.js'

export interface OutlineRow {
  readonly id: string
  /** From 1. A chain stays on one level; each branch, and each body, goes one deeper. */
  readonly level: number
  /** The port that leads here, where it is not the main one. */
  readonly port: string | undefined
  /** Further nodes this one leads to that stand elsewhere in the outline. */
  readonly alsoTo: readonly string[]
}

/**
 * The nodes as a list that reads from top to bottom: what nothing leads to first, each node once, behind the first
 * that leads to it, and a container's body right under it. Nodes on a cycle that nothing leads into come last.
 */
export const outlineOf = (document: EditorDocument): OutlineRow[] => {
  const next = new Map<string, { to: string; port: string }[]>()
  const led = new Set<string>()
  for (const { from, to, port } of edgesOf(document)) {
    if (!document.nodes.has(to)) continue
    next.set(from, [...(next.get(from) ?? []), { to, port }])
    led.add(to)
  }
  const bodies = bodiesOf(document)
  /** The last one to visit first: `open` is a stack. */
  const visitsOf = (container: string | undefined, level: number): Visit[] => {
    const ids = bodies(container).nodes.map(({ id }) => id)
    const roots = [...ids.filter((id) => !led.has(id)), ...ids.filter((id) => led.has(id))]
    return roots.map((id) => ({ id, level, port: undefined })).reverse()
  }
  const seen = new Set<string>()
  const rows: OutlineRow[] = []
  const open = visitsOf(undefined, 1)
  for (let visit = open.pop(); visit !== undefined; visit = open.pop()) {
    if (seen.has(visit.id)) continue
    seen.add(visit.id)
    const edges = next.get(visit.id) ?? []
    const children = edges.filter(({ to }) => !seen.has(to))
    const level = children.length > 1 ? visit.level + 1 : visit.level
    rows.push({ ...visit, alsoTo: edges.filter(({ to }) => seen.has(to)).map(({ to }) => to) })
    for (const { to, port } of children.toReversed())
      open.push({ id: to, level, port: port === MAIN_PORT ? undefined : port })
    open.push(...visitsOf(visit.id, visit.level + 1))
  }
  return rows
}

interface Visit {
  readonly id: string
  readonly level: number
  readonly port: string | undefined
}
