import { Hammer } from 'lucide-react'
import { EmptyState } from '../../components/empty-state.js'

export const CredentialsRoute = () => (
  <EmptyState icon={Hammer} title="Credentials is being built">
    It comes with one of the next changes.
  </EmptyState>
)
