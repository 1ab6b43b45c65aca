import { Button, Text } from '@mantine/core'
import type { Json } from '@millrace/contracts'
import { FastForward, Pin } from 'lucide-react'
import type { ReactNode } from 'react'
import { formatTime } from '../../../components/time/format-time.js'
import type { Sample } from '../samples/sample.js'
import type { ShownPass } from '../samples/use-pass.js'
import { TriggerPane } from '../triggers/trigger-pane.js'
import type { PaneProps, TestRun } from './pane-props.js'
import classes from './panel.module.css'
import { ValueBox } from './value-box.js'

interface InputPaneProps extends PaneProps {
  readonly upstream: readonly string[]
  readonly test: TestRun
  /** Of the node among all. */
  readonly memoryKey: string
  /** For a node in a container. */
  readonly shown: ShownPass
  /** Chooses another pass. */
  readonly passes: ReactNode
}

/** What the node gets: the data of the latest run, the nearest step first. */
export const InputPane = (props: InputPaneProps) => {
  const { node, type, sample, upstream, pins, test, passes } = props
  const { pass } = props.shown
  if (type?.trigger ?? node.type.startsWith('trigger.')) return <TriggerPane {...props} />
  const known = upstream.filter((id) => pins[id] !== undefined || sample?.outputs.has(id))
  return (
    <div className={classes['body']}>
      {sample === undefined ? (
        <div className={classes['empty']}>
          <Text size="sm">No data yet.</Text>
          <Text size="xs" c="dimmed">
            Run the workflow up to here, and its data shows: every field is then tried on it as you type.
          </Text>
          <Button
            variant="light"
            leftSection={<FastForward size={13} aria-hidden />}
            loading={test.isPending}
            disabled={upstream.length === 0}
            onClick={() => test.mutate({ scope: 'path' })}
          >
            Run up to here
          </Button>
        </div>
      ) : (
        <SampleLine sample={sample} />
      )}
      {passes}
      {pass?.item !== undefined && (
        <Source expression="item" value={pass.item} label={`Item ${pass.index}`} pinned={false} />
      )}
      {known.map((id) => (
        <Source
          key={id}
          expression={`steps.${id}.output`}
          value={pins[id]?.output ?? sample?.outputs.get(id) ?? null}
          label={`Output of ${id}`}
          pinned={pins[id] !== undefined}
        />
      ))}
      {sample !== undefined && (
        <Source expression="trigger" value={sample.run.input} label="Data of the trigger" pinned={false} />
      )}
    </div>
  )
}

const SampleLine = ({ sample: { run } }: { readonly sample: Sample }) => (
  <Text size="xs" c="dimmed">
    Data of {run.version === null ? 'test run' : `run of version ${run.version}`}{' '}
    <a href={`/runs/${run.id}`} className={classes['link']}>
      {run.id.slice(-8)}
    </a>
    , {formatTime(Date.parse(run.createdAt), Date.now())}
  </Text>
)

interface SourceProps {
  readonly expression: string
  readonly value: Json
  readonly label: string
  readonly pinned: boolean
}

const Source = ({ expression, value, label, pinned }: SourceProps) => (
  <div className={classes['source']}>
    <h4 className={classes['sourceTitle']}>
      <code>{expression}</code>
      {pinned && (
        <span className={classes['pinned']}>
          <Pin size={12} aria-hidden /> pinned
        </span>
      )}
    </h4>
    <ValueBox value={value} label={label} expression={expression} size="short" />
  </div>
)
