import { Text, Title } from '@mantine/core'
import type { LucideIcon } from 'lucide-react'
import type { ReactNode } from 'react'
import classes from './empty-state.module.css'

interface EmptyStateProps {
  readonly icon: LucideIcon
  readonly title: string
  /** Why there is nothing, and what to do. */
  readonly children: ReactNode
  readonly action?: ReactNode
}

export const EmptyState = ({ icon: Icon, title, children, action }: EmptyStateProps) => (
  <div className={classes['root']}>
    <div className={classes['icon']}>
      <Icon size={22} strokeWidth={1.6} aria-hidden />
    </div>
    <Title order={2} size="h4">
      {title}
    </Title>
    <Text c="dimmed" size="sm" component="div" maw={440} ta="center">
      {children}
    </Text>
    {action}
  </div>
)
