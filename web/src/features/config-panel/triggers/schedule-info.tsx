import { Text } from '@mantine/core'
import type { JsonObject } from '@millrace/contracts'
import classes from '../panel/panel.module.css'
import { nextTicks } from './ticks.js'

const SHOWN = 5

/** When the schedule fires next, by its own time zone. */
export const ScheduleInfo = ({ params }: { readonly params: JsonObject }) => {
  const cron = typeof params.cron === 'string' ? params.cron : ''
  const timezone = typeof params.timezone === 'string' && params.timezone !== '' ? params.timezone : 'UTC'
  const ticks = nextTicks({ cron, timezone }, new Date(), SHOWN)
  return (
    <div className={classes['source']}>
      <h4 className={classes['sourceTitle']}>Next ticks</h4>
      {ticks === undefined || ticks.length === 0 ? (
        <Text size="sm" c="dimmed">
          {cron === '' ? 'Give a cron expression, and its next ticks show here.' : 'This never fires.'}
        </Text>
      ) : (
        <ol className={classes['ticks']}>
          {ticks.map((tick) => (
            <li key={tick}>{tick}</li>
          ))}
        </ol>
      )}
    </div>
  )
}
