import { createContext, useContext } from 'react'
import { createStore, type StoreApi, useStore } from 'zustand'
import { useShallow } from 'zustand/react/shallow'
import type { State } from '../state/state.js'
import type { LiveNode, LiveState } from './graph-types.js'
import type { Group } from './layout.js'

/** The live state beside the graph: a change draws the cards it is about, and no other. */
export const NOTHING_LIVE: LiveState = { nodes: new Map(), edges: new Map() }

export type LiveStore = StoreApi<LiveState>

export const createLiveStore = (): LiveStore => createStore(() => NOTHING_LIVE)

export const LiveContext = createContext<LiveStore>(createLiveStore())

export const useLiveNode = (id: string): LiveNode | undefined =>
  useStore(
    useContext(LiveContext),
    useShallow((state: LiveState) => state.nodes.get(id)),
  )

export const useLiveCount = (edge: string): number | undefined =>
  useStore(useContext(LiveContext), (state) => state.edges.get(edge))

/** A collapsed group shows the worst that happens in it. */
export const useWorstState = ({ nodes }: Group): State | undefined =>
  useStore(useContext(LiveContext), (state) =>
    worstOf(nodes.flatMap((id) => state.nodes.get(id)?.state ?? [])),
  )

const WORST_FIRST: readonly State[] = [
  'failed',
  'timed_out',
  'retrying',
  'running',
  'waiting',
  'paused',
  'cancelled',
  'pending',
  'completed',
  'skipped',
]

const worstOf = (states: readonly State[]): State | undefined =>
  WORST_FIRST.find((state) => states.includes(state))
