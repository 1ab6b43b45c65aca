import { Tooltip, UnstyledButton } from '@mantine/core'
import { Link, useNavigate } from '@tanstack/react-router'
import { Activity, KeyRound, LogOut, type LucideIcon, Workflow } from 'lucide-react'
import type { ReactNode } from 'react'
import { useApi, useSession } from '../../api/context.js'
import { ColorSchemeSwitch } from './color-scheme-switch.js'
import classes from './navigation.module.css'

interface Item {
  readonly to: '/workflows' | '/runs' | '/settings/credentials'
  readonly label: string
  readonly icon: LucideIcon
}

const ITEMS: readonly Item[] = [
  { to: '/workflows', label: 'Workflows', icon: Workflow },
  { to: '/runs', label: 'Runs', icon: Activity },
  { to: '/settings/credentials', label: 'Credentials', icon: KeyRound },
]

export const Navigation = ({ narrow }: { readonly narrow: boolean }) => {
  const { session } = useApi()
  const state = useSession()
  const navigate = useNavigate()
  const leave = async () => {
    await session.signOut()
    await navigate({ to: '/sign-in', search: {} })
  }
  return (
    <nav className={classes['root']} data-narrow={narrow || undefined} aria-label="Main">
      <Link to="/workflows" className={classes['brand']} aria-label="Millrace: workflows">
        <img src="/icon.svg" alt="" width={22} height={22} />
        <span className={classes['label']}>Millrace</span>
      </Link>
      {ITEMS.map(({ to, label, icon: Icon }) => (
        <Hint key={to} label={label} shown={narrow}>
          <Link
            to={to}
            className={classes['item']}
            activeProps={{ 'aria-current': 'page' }}
            aria-label={label}
          >
            <Icon size={16} strokeWidth={1.8} aria-hidden />
            <span className={classes['label']}>{label}</span>
          </Link>
        </Hint>
      ))}
      <div className={classes['end']}>
        <ColorSchemeSwitch narrow={narrow} />
        {'identity' in state && (
          <span className={classes['who']} title={state.identity.user.email}>
            {state.identity.user.email}
          </span>
        )}
        <Hint label="Sign out" shown={narrow}>
          <UnstyledButton className={classes['item']} onClick={leave} aria-label="Sign out">
            <LogOut size={16} strokeWidth={1.8} aria-hidden />
            <span className={classes['label']}>Sign out</span>
          </UnstyledButton>
        </Hint>
      </div>
    </nav>
  )
}

const Hint = ({ label, shown, children }: { label: string; shown: boolean; children: ReactNode }) => (
  <Tooltip label={label} position="right" disabled={!shown}>
    {children}
  </Tooltip>
)
