import { Title } from '@mantine/core'
import type { ReactNode } from 'react'
import classes from './page-header.module.css'

interface PageHeaderProps {
  readonly title: ReactNode
  readonly detail?: ReactNode
  /** What one can do here, at the right. */
  readonly actions?: ReactNode
}

export const PageHeader = ({ title, detail, actions }: PageHeaderProps) => (
  <header className={classes['root']}>
    <div className={classes['text']}>
      <Title order={1}>{title}</Title>
      {detail !== undefined && <div className={classes['detail']}>{detail}</div>}
    </div>
    {actions !== undefined && <div className={classes['actions']}>{actions}</div>}
  </header>
)
