import { Tabs } from '@mantine/core'
import type { ReactNode } from 'react'
import classes from './panel.module.css'

interface PanesProps {
  readonly wide: boolean
  readonly input: ReactNode
  readonly params: ReactNode
  readonly output: ReactNode
}

const TITLES = { input: 'Input', params: 'Settings', output: 'Output' } as const
const ORDER = ['input', 'params', 'output'] as const

/** Side by side where there is room, else one at a time. */
export const Panes = ({ wide, ...panes }: PanesProps) =>
  wide ? (
    <div className={classes['panes']}>
      {ORDER.map((name) => (
        <section key={name} className={classes['pane']} aria-label={TITLES[name]} data-pane={name}>
          <h3 className={classes['paneTitle']}>{TITLES[name]}</h3>
          {panes[name]}
        </section>
      ))}
    </div>
  ) : (
    <Tabs defaultValue="params" className={classes['tabs']} keepMounted={false}>
      <Tabs.List grow>
        {ORDER.map((name) => (
          <Tabs.Tab key={name} value={name}>
            {TITLES[name]}
          </Tabs.Tab>
        ))}
      </Tabs.List>
      {ORDER.map((name) => (
        <Tabs.Panel key={name} value={name} className={classes['pane']} data-pane={name}>
          {panes[name]}
        </Tabs.Panel>
      ))}
    </Tabs>
  )
