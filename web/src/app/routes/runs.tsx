import { Hammer } from 'lucide-react'
import { EmptyState } from '../../components/empty-state.js'

export const RunsRoute = () => (
  <EmptyState icon={Hammer} title="The list of runs is being built">
    It comes with one of the next changes.
  </EmptyState>
)
