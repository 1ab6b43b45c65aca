import type { NodeTypeDescriptor } from '@millrace/contracts'
import { useEffect, useMemo, useState } from 'react'
import { buildGraph, type FlowGraph } from './build-graph.js'
import type { Density, GraphSource } from './graph-types.js'
import type { Point } from './layout.js'
import { measure } from './measure.js'
import { runTidy, tidyRequest } from './run-tidy.js'
import type { Size } from './sizes.js'

const NOWHERE: ReadonlyMap<string, Point> = new Map()

export type NodeTypeMap = ReadonlyMap<string, NodeTypeDescriptor>

/** What the canvas draws. Nodes without a place get one from the automatic layout: undefined until it is there. */
export const useGraph = (
  source: GraphSource,
  types: NodeTypeMap,
  density: Density,
): FlowGraph | undefined => {
  const positions = useMissingPositions(source, types)
  return useMemo(
    () => (positions === undefined ? undefined : buildGraph(source, { types, density, positions })),
    [source, types, density, positions],
  )
}

/** A layout of the whole graph as soon as one node of it has no place; it stays while nodes come and go. */
const useMissingPositions = (
  source: GraphSource,
  types: NodeTypeMap,
): ReadonlyMap<string, Point> | undefined => {
  const [positions, setPositions] = useState<ReadonlyMap<string, Point>>()
  const missing = source.nodes.some(({ id }) => !source.layout.positions.has(id) && !positions?.has(id))
  useEffect(() => {
    if (!missing) return
    let current = true
    void runTidy(tidyRequest(source, normalSizes(source, types))).then(
      (found) => current && setPositions(found),
    )
    return () => {
      current = false
    }
  }, [missing, source, types])
  return missing ? positions : (positions ?? NOWHERE)
}

/** In the normal density: a layout that fits it fits the compact one as well. */
export const normalSizes = (source: GraphSource, types: NodeTypeMap): ReadonlyMap<string, Size> =>
  measure(source, { types, density: 'normal', positions: NOWHERE })
