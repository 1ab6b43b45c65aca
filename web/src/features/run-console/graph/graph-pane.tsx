import { Loader } from '@mantine/core'
import type { NodeTypeDescriptor } from '@millrace/contracts'
import { lazy, Suspense, useMemo } from 'react'
import type { Moment } from '../session/moment.js'
import { liveStateOf } from './live-state.js'

/** The canvas library is large: it comes when a graph is looked at. */
const GraphView = lazy(async () => ({
  default: (await import('../../../components/graph/graph-view.js')).GraphView,
}))

interface GraphPaneProps {
  readonly moment: Moment
  readonly nodeTypes: readonly NodeTypeDescriptor[]
  readonly now: number
  readonly selected: string | undefined
  readonly onSelect: (path: string | undefined) => void
}

/** The workflow as it was drawn, with the run upon it. A step of a container shows as the container. */
export const GraphPane = ({ moment, nodeTypes, now, selected, onSelect }: GraphPaneProps) => {
  const { state, revision } = moment
  const types = useMemo(() => new Map(nodeTypes.map((each) => [each.type, each])), [nodeTypes])
  // The state is advanced in place: its revision says when to look again.
  const live = useMemo(() => liveStateOf(state, now), [revision, state, now])
  return (
    <Suspense fallback={<Loader size="sm" m="md" />}>
      <GraphView
        definition={state.graph.definition}
        types={types}
        live={live}
        selected={selected?.replace(/\[.*/, '')}
        onSelect={onSelect}
        label="Graph of the run"
      />
    </Suspense>
  )
}
