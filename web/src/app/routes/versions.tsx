import { Hammer } from 'lucide-react'
import { EmptyState } from '../../components/empty-state.js'

export const VersionsRoute = () => (
  <EmptyState icon={Hammer} title="The version history is being built">
    It comes with one of the next changes.
  </EmptyState>
)
