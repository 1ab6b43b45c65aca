import { Anchor } from '@mantine/core'
import { Link } from '@tanstack/react-router'
import { Compass } from 'lucide-react'
import { EmptyState } from '../components/empty-state.js'

export const NotFound = () => (
  <EmptyState icon={Compass} title="There is no such page">
    The address may be mistyped. Go to{' '}
    <Anchor underline="always" renderRoot={(props) => <Link to="/workflows" {...props} />}>
      your workflows
    </Anchor>
    .
  </EmptyState>
)
