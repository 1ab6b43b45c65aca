import type { NodeTypeDescriptor } from '@millrace/contracts'
import { useEffect, useMemo, useState } from 'react'
import { buildGraph, type FlowGraph } from './build-graph.js'
import type { Density, GraphSource } from './graph-types.js'
import type { Point } from './layout.js'
import { portsOf } from './ports.js'
import { runTidy, tidyRequest } from './run-tidy.js'
import { cardSize, type Size } from './sizes.js'

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
    void runTidy(tidyRequest(source, sizesOf(source, types))).then((found) => current && setPositions(found))
    return () => {
      current = false
    }
  }, [missing, source, types])
  return missing ? positions : (positions ?? NOWHERE)
}

/** Sizes by node id, in the normal density: a layout that fits it fits the compact one as well. */
export const sizesOf = (source: GraphSource, types: NodeTypeMap): ((id: string) => Size) => {
  const sizes = new Map(
    source.nodes.map((node) => {
      const ports = portsOf(types.get(node.type), node.params, node['onError'])
      return [node.id, cardSize('normal', ports.length)]
    }),
  )
  return (id) => sizes.get(id) ?? cardSize('normal', 1)
}
