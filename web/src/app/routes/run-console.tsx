import { Hammer } from 'lucide-react'
import { EmptyState } from '../../components/empty-state.js'

export const RunConsoleRoute = () => (
  <EmptyState icon={Hammer} title="The run console is being built">
    It comes with one of the next changes.
  </EmptyState>
)
