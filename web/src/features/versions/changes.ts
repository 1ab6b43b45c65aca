import { type Definition, type Json, type Node, stringifyJson } from '@millrace/contracts'
import { diffDefinitions } from '@millrace/engine'

/** One thing that runs differently, said in words a person reads. Layout never does. */
export interface Change {
  readonly kind: 'added' | 'removed' | 'changed'
  readonly subject: string
  /** The node's type, where the subject is a node. */
  readonly type?: string
  readonly details: readonly {
    readonly path: string
    readonly before: Json | undefined
    readonly after: Json | undefined
  }[]
}

/** Nodes first, then edges, then settings: the order of the engine's diff. */
export const changesBetween = (before: Definition, after: Definition): Change[] => {
  const diff = diffDefinitions(before, after)
  const old = new Map(before.nodes.map((node) => [node.id, node]))
  const now = new Map(after.nodes.map((node) => [node.id, node]))
  return [
    ...diff.addedNodes.map((id): Change => ({ kind: 'added', ...nodeSubject(now.get(id), id), details: [] })),
    ...diff.removedNodes.map(
      (id): Change => ({ kind: 'removed', ...nodeSubject(old.get(id), id), details: [] }),
    ),
    ...diff.changedNodes.map(
      ({ id, pointers }): Change => ({
        kind: 'changed',
        ...nodeSubject(now.get(id), id),
        details: detailsAt(pointers, old.get(id), now.get(id)),
      }),
    ),
    ...diff.addedEdges.map((edge): Change => ({ kind: 'added', subject: edgeSubject(edge), details: [] })),
    ...diff.removedEdges.map(
      (edge): Change => ({ kind: 'removed', subject: edgeSubject(edge), details: [] }),
    ),
    ...diff.changedSettings.map(
      (pointer): Change => ({
        kind: 'changed',
        subject: pathOf(pointer),
        details: detailsAt([pointer], before, after),
      }),
    ),
  ]
}

const nodeSubject = (node: Node | undefined, id: string) => ({
  subject: node?.name ?? id,
  ...(node === undefined ? {} : { type: node.type }),
})

const edgeSubject = ({ from, port, to, when }: Definition['edges'][number]): string =>
  `${from}${port === 'main' ? '' : `.${port}`} → ${to}${when === undefined ? '' : ` when ${when}`}`

const detailsAt = (pointers: readonly string[], before: unknown, after: unknown): Change['details'] =>
  pointers.map((pointer) => ({
    path: pathOf(pointer),
    before: valueAt(before, pointer),
    after: valueAt(after, pointer),
  }))

/** RFC 6901. */
const segmentsOf = (pointer: string): string[] =>
  pointer
    .split('/')
    .slice(1)
    .map((part) => part.replaceAll('~1', '/').replaceAll('~0', '~'))

const pathOf = (pointer: string): string => segmentsOf(pointer).join(' › ')

const valueAt = (root: unknown, pointer: string): Json | undefined => {
  let value = root
  for (const key of segmentsOf(pointer)) {
    if (typeof value !== 'object' || value === null || !Object.hasOwn(value, key)) return undefined
    value = Reflect.get(value, key)
  }
  // Both sides are definitions: everything in them is JSON.
  return value as Json | undefined
}

/** What runs, as text: the definition without its layout. */
export const textOf = ({ ui: _layout, ...definition }: Definition): string => stringifyJson(definition, 2)
