import { Hammer } from 'lucide-react'
import { EmptyState } from '../../components/empty-state.js'

export const EditorRoute = () => (
  <EmptyState icon={Hammer} title="The editor is being built">
    It comes with one of the next changes.
  </EmptyState>
)
