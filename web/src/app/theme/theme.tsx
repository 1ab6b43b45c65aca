import '@fontsource-variable/inter/wght.css'
import '@fontsource-variable/jetbrains-mono/wght.css'
import '@mantine/core/styles.layer.css'
import '@mantine/notifications/styles.layer.css'
import './tokens.css'
import './base.css'
import { createTheme, type MantineColorsTuple, MantineProvider } from '@mantine/core'
import { Notifications } from '@mantine/notifications'
import type { ReactNode } from 'react'

/** The accent: a violet that no run state has. */
const iris: MantineColorsTuple = [
  '#f3f3ff',
  '#e6e6fe',
  '#cfcefb',
  '#b1afff',
  '#8f8cf0',
  '#6e6ade',
  '#5753c6',
  '#4b47ad',
  '#3f3b94',
  '#272962',
]

/** The kit's own red is too light for white words on it (WCAG 2.2, 1.4.3): 3.3 to 1, this one 5.6. */
const red: MantineColorsTuple = [
  '#fff5f5',
  '#ffe3e3',
  '#ffc9c9',
  '#ffa8a8',
  '#ff8787',
  '#ff6b6b',
  '#c92a2a',
  '#b42323',
  '#9d1d1d',
  '#861717',
]

const theme = createTheme({
  primaryColor: 'iris',
  primaryShade: 6,
  colors: { iris, red },
  fontFamily: "'Inter Variable', system-ui, sans-serif",
  fontFamilyMonospace: "'JetBrains Mono Variable', ui-monospace, monospace",
  fontSizes: { xs: '11.5px', sm: '13px', md: '13px', lg: '15px', xl: '17px' },
  lineHeights: { xs: '1.4', sm: '1.45', md: '1.5', lg: '1.5', xl: '1.5' },
  spacing: { xs: '8px', sm: '12px', md: '16px', lg: '24px', xl: '32px' },
  headings: {
    fontWeight: '600',
    sizes: {
      h1: { fontSize: '19px', lineHeight: '1.3' },
      h2: { fontSize: '16px', lineHeight: '1.35' },
      h3: { fontSize: '14px', lineHeight: '1.4' },
      h4: { fontSize: '14px', lineHeight: '1.4' },
    },
  },
  defaultRadius: 6,
  cursorType: 'pointer',
  respectReducedMotion: true,
  components: {
    Button: { defaultProps: { size: 'xs' }, styles: { label: { fontWeight: 550 } } },
    TextInput: { defaultProps: { size: 'sm' } },
    Tooltip: { defaultProps: { openDelay: 300, withArrow: true } },
    Modal: { defaultProps: { centered: true, radius: 10, closeButtonProps: { 'aria-label': 'Close' } } },
    // The first item has the keyboard: a placeholder that has it instead is no part of a menu (WCAG 1.3.1).
    Menu: {
      defaultProps: { withInitialFocusPlaceholder: false, menuItemTabIndex: 0 },
      styles: { dropdown: { background: 'var(--mr-surface)', borderColor: 'var(--mr-border-strong)' } },
    },
    ActionIcon: { defaultProps: { variant: 'subtle', color: 'gray' } },
  },
})

export const Theme = ({ children }: { readonly children: ReactNode }) => (
  <MantineProvider theme={theme} defaultColorScheme="auto">
    <Notifications position="bottom-right" limit={4} />
    {children}
  </MantineProvider>
)
