import { Loader } from '@mantine/core'
import type { NodeTypeDescriptor, RunEvent } from '@millrace/contracts'
import { lazy, Suspense, useMemo, useState } from 'react'
import type { Moment } from '../session/moment.js'
import { liveStateOf } from './live-state.js'
import { PassTally } from './pass-tally.js'

/** The canvas library is large: it comes when a graph is looked at. */
const GraphView = lazy(async () => ({
  default: (await import('../../../components/graph/graph-view.js')).GraphView,
}))

interface GraphPaneProps {
  readonly moment: Moment
  readonly events: readonly RunEvent[]
  readonly nodeTypes: readonly NodeTypeDescriptor[]
  readonly now: number
  readonly selected: string | undefined
  readonly onSelect: (path: string | undefined) => void
}

/** The workflow as it was drawn, with the run upon it. What happens in a body shows for all its passes together. */
export const GraphPane = ({ moment, events, nodeTypes, now, selected, onSelect }: GraphPaneProps) => {
  const { state, seq, revision } = moment
  const [tally] = useState(() => new PassTally(state.graph))
  const types = useMemo(() => new Map(nodeTypes.map((each) => [each.type, each])), [nodeTypes])
  // The state is advanced in place: its revision says when to look again.
  const live = useMemo(
    () => liveStateOf(state, tally.at(events, seq), now),
    [revision, state, tally, events, seq, now],
  )
  return (
    <Suspense fallback={<Loader size="sm" m="md" />}>
      <GraphView
        definition={state.graph.definition}
        types={types}
        live={live}
        selected={selected?.slice(selected.lastIndexOf('.') + 1)}
        onSelect={(id) => onSelect(id === undefined ? undefined : pathOf(id, selected, events))}
        label="Graph of the run"
      />
    </Suspense>
  )
}

/** A node of a body stands for the step of the pass that is selected, else of the latest one. */
const pathOf = (id: string, selected: string | undefined, events: readonly RunEvent[]): string => {
  const scope = selected?.slice(0, selected.lastIndexOf('.') + 1) ?? ''
  const isOf = (event: RunEvent | undefined, path: string) =>
    event !== undefined && 'path' in event && event.path === path
  if (scope !== '' && events.some((event) => isOf(event, scope + id))) return scope + id
  const latest = events.findLast((event) => 'path' in event && event.path.endsWith(`].${id}`))
  return latest !== undefined && 'path' in latest ? latest.path : id
}
