import type { Json, JsonObject } from '@millrace/contracts'
import type { State } from '../state/state.js'
import type { Group, Layout, Note } from './layout.js'

/** What of a definition the canvas draws: of a draft, whatever its author left, or of a version. */
export interface GraphSource {
  readonly nodes: readonly GraphSourceNode[]
  readonly edges: readonly GraphSourceEdge[]
  /** The container of each node that is in one. */
  readonly containers: ReadonlyMap<string, string>
  readonly layout: Layout
}

export interface GraphSourceNode {
  readonly id: string
  readonly type: string
  readonly params: JsonObject
  readonly [member: string]: Json | undefined
}

export interface GraphSourceEdge {
  readonly from: string
  readonly to: string
  readonly port: string
  readonly [member: string]: Json | undefined
}

export type Density = 'compact' | 'normal' | 'detailed'

/** What a run shows on its graph. */
export interface LiveState {
  /** By node id. */
  readonly nodes: ReadonlyMap<string, LiveNode>
  /** Items that have passed, by `graphEdgeKey`. Also tells which edges were taken. */
  readonly edges: ReadonlyMap<string, number>
}

export interface LiveNode {
  readonly state: State
  readonly attempt: number
  /** Milliseconds. */
  readonly durationMs?: number | undefined
  /** Passes that have ended: of a container, or through a node in one. */
  readonly ended?: number | undefined
  /** Passes in all, where that is known. */
  readonly passes?: number | undefined
}

export const graphEdgeKey = ({ from, port, to }: Pick<GraphSourceEdge, 'from' | 'port' | 'to'>): string =>
  JSON.stringify([from, port, to])

/** What a card shows. */
export interface CardData extends Record<string, unknown> {
  readonly node: GraphSourceNode
  readonly title: string
  /** The type's title. */
  readonly kind: string
  readonly icon: string
  readonly category: string
  readonly trigger: boolean
  readonly ports: readonly string[]
  readonly summary: string
  readonly density: Density
  /** How many nodes stand in the container's body; undefined for any other node. */
  readonly inside: number | undefined
}

export interface GroupData extends Record<string, unknown> {
  readonly group: Group
}

export interface NoteData extends Record<string, unknown> {
  readonly note: Note
}

export interface EdgeData extends Record<string, unknown> {
  /** The condition, and the port where it is not the main one. */
  readonly label: string | undefined
  /** It leads to what undoes its source, and is no way of the flow. */
  readonly undoes?: boolean
}
