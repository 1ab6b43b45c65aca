import type { Body, Definition } from '@millrace/contracts'
import { ReactFlowProvider } from '@xyflow/react'
import { useEffect, useMemo, useState } from 'react'
import { GraphCanvas } from './graph-canvas.js'
import type { Density, GraphSource, GraphSourceEdge, GraphSourceNode, LiveState } from './graph-types.js'
import { readLayout } from './layout.js'
import { createLiveStore, NOTHING_LIVE } from './live-store.js'
import { Reveal } from './reveal.js'
import { traverse } from './traverse.js'
import { type NodeTypeMap, useGraph } from './use-graph.js'

interface GraphViewProps {
  readonly definition: Pick<Definition, 'nodes' | 'edges' | 'ui'>
  readonly types: NodeTypeMap
  readonly live?: LiveState | undefined
  readonly selected: string | undefined
  readonly onSelect: (node: string | undefined) => void
  readonly density?: Density
  readonly label: string
}

/** A workflow to look at: with the live state of a run, one node selected. */
export const GraphView = (props: GraphViewProps) => (
  <ReactFlowProvider>
    <View {...props} />
  </ReactFlowProvider>
)

const View = ({ definition, types, live, selected, onSelect, density = 'normal', label }: GraphViewProps) => {
  const source = useMemo(() => sourceOf(definition), [definition])
  const graph = useGraph(source, types, density)
  const [liveStore] = useState(createLiveStore)
  useEffect(() => liveStore.setState(live ?? NOTHING_LIVE, true), [liveStore, live])
  const chosen = useMemo(() => new Set(selected === undefined ? [] : [selected]), [selected])
  if (graph === undefined) return null
  return (
    <GraphCanvas
      graph={graph}
      live={liveStore}
      label={label}
      selected={chosen}
      focused={selected}
      onSelect={(keys) => onSelect([...keys].findLast((key) => source.nodes.some(({ id }) => id === key)))}
      onKeyDown={(event) => {
        const next = traverse(graph, selected, event.key)
        if (next === undefined) return
        event.preventDefault()
        onSelect(next)
      }}
    >
      <Reveal graph={graph} selected={selected} />
    </GraphCanvas>
  )
}

const sourceOf = ({ nodes, edges, ui }: GraphViewProps['definition']): GraphSource => {
  const flat: GraphSourceNode[] = []
  const between: GraphSourceEdge[] = []
  const containers = new Map<string, string>()
  const add = (body: Body, container: string | undefined): void => {
    // The members of a node that are left out of the JSON are left out here, too.
    for (const { id, type, params, name = id, onError, compensate, body: inner } of body.nodes) {
      flat.push({ id, type, params, name, onError, compensate })
      if (container !== undefined) containers.set(id, container)
      if (inner !== undefined) add(inner, id)
    }
    between.push(...body.edges.map(({ from, to, port, when }) => ({ from, to, port, when })))
  }
  add({ nodes, edges }, undefined)
  return { nodes: flat, edges: between, containers, layout: readLayout(ui) }
}
