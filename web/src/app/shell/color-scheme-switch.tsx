import { Tooltip, UnstyledButton, useMantineColorScheme } from '@mantine/core'
import { Monitor, Moon, Sun } from 'lucide-react'
import classes from './navigation.module.css'

const NEXT = { auto: 'light', light: 'dark', dark: 'auto' } as const
const LOOK = {
  auto: { icon: Monitor, label: 'Theme: system' },
  light: { icon: Sun, label: 'Theme: light' },
  dark: { icon: Moon, label: 'Theme: dark' },
} as const

export const ColorSchemeSwitch = ({ narrow }: { readonly narrow: boolean }) => {
  const { colorScheme, setColorScheme } = useMantineColorScheme({ keepTransitions: false })
  const { icon: Icon, label } = LOOK[colorScheme]
  return (
    <Tooltip label={label} position="right" disabled={!narrow}>
      <UnstyledButton
        className={classes['item']}
        aria-label={label}
        onClick={() => setColorScheme(NEXT[colorScheme])}
      >
        <Icon size={16} strokeWidth={1.8} aria-hidden />
        <span className={classes['label']}>{label}</span>
      </UnstyledButton>
    </Tooltip>
  )
}
