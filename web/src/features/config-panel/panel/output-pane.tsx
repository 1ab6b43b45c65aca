import { Alert, Button, MultiSelect, Text } from '@mantine/core'
import type { Pin, Step } from '@millrace/contracts'
import { Pin as PinIcon, PinOff } from 'lucide-react'
import { stateOf } from '../../../components/state/state.js'
import { StatusBadge } from '../../../components/state/status-badge.js'
import { formatDuration, formatTime } from '../../../components/time/format-time.js'
import { pinnablePorts } from '../panel-document.js'
import type { PaneProps } from './pane-props.js'
import classes from './panel.module.css'
import { ValueBox } from './value-box.js'

interface OutputPaneProps extends PaneProps {
  /** How the node went in the sample. */
  readonly step: Step | undefined
  readonly isLoading: boolean
}

/** What came out of the node when it ran last; it may be pinned, and then stands in for running it. */
export const OutputPane = ({
  document,
  node,
  type,
  sample,
  step,
  pins,
  onPins,
  isLoading,
}: OutputPaneProps) => {
  const pin = pins[node.id]
  const output = sample?.outputs.get(node.id)
  const ports = pinnablePorts(document, node, type)
  const setPin = (next: Pin | undefined) => {
    const { [node.id]: _, ...rest } = pins
    onPins(next === undefined ? rest : { ...rest, [node.id]: next })
  }
  const isTrigger = type?.trigger ?? false
  return (
    <div className={classes['body']} aria-live="polite">
      {pin !== undefined && <Pinned pin={pin} ports={ports} onPin={setPin} />}
      {step === undefined || step.status === 'skipped' ? (
        <div className={classes['empty']}>
          <Text size="sm">{emptyText(isLoading, step)}</Text>
        </div>
      ) : (
        <>
          <div className={classes['result']}>
            <StatusBadge state={stateOf(step)} />
            <Text size="xs" c="dimmed" className={classes['when']}>
              {whenOf(step)}
            </Text>
            {output !== undefined && pin === undefined && !isTrigger && (
              <Button
                variant="default"
                size="compact-xs"
                leftSection={<PinIcon size={12} aria-hidden />}
                onClick={() => setPin(firstPin(output, ports))}
              >
                Pin
              </Button>
            )}
          </div>
          {step.error !== null && (
            <Alert color="red" variant="light" title={step.error.code}>
              <Text size="sm">{step.error.message}</Text>
              {step.error.hint !== undefined && (
                <Text size="xs" mt={4}>
                  {step.error.hint}
                </Text>
              )}
            </Alert>
          )}
          {output !== undefined && (
            <ValueBox
              value={output}
              label={`Output of ${node.id}`}
              expression={`steps.${node.id}.output`}
              size="tall"
            />
          )}
        </>
      )}
    </div>
  )
}

const emptyText = (isLoading: boolean, step: Step | undefined): string => {
  if (isLoading) return 'Looking for the latest run …'
  if (step?.status === 'skipped') return 'Skipped in this run: no branch led here.'
  return 'This node has not run yet.'
}

const whenOf = ({ startedAt, finishedAt }: Step): string => {
  if (finishedAt === null) return ''
  const end = Date.parse(finishedAt)
  const took = startedAt === null ? '' : `${formatDuration(end - Date.parse(startedAt))} · `
  return took + formatTime(end, Date.now())
}

/** Where a node has ports of its own, a pin goes on at the first of them until it is told otherwise. */
const firstPin = (output: Pin['output'], ports: readonly string[]): Pin =>
  ports.length === 0 || ports.includes('main') ? { output } : { output, ports: ports.slice(0, 1) }

interface PinnedProps {
  readonly pin: Pin
  readonly ports: readonly string[]
  readonly onPin: (pin: Pin | undefined) => void
}

const Pinned = ({ pin, ports, onPin }: PinnedProps) => (
  <Alert color="iris" variant="light" icon={<PinIcon size={14} aria-hidden />} title="Output is pinned">
    <Text size="xs">Test runs take it instead of running this node. Published versions never do.</Text>
    {pin.ports !== undefined && (
      <MultiSelect
        mt={8}
        size="xs"
        label="Goes on at"
        data={[...ports]}
        value={pin.ports}
        onChange={(chosen) => onPin({ ...pin, ports: chosen })}
      />
    )}
    <Button
      mt={8}
      size="compact-xs"
      variant="default"
      leftSection={<PinOff size={12} aria-hidden />}
      onClick={() => onPin(undefined)}
    >
      Unpin
    </Button>
  </Alert>
)
