import { ActionIcon, Button, Group, Select, Slider, Text, Tooltip } from '@mantine/core'
import { Pause, Play, Radio, SkipBack, SkipForward } from 'lucide-react'
import { memo, type ReactNode, useEffect, useMemo, useState } from 'react'
import { formatPreciseClock } from '../../../components/time/format-time.js'
import type { Moment } from '../session/moment.js'
import type { RunSession } from '../session/run-session.js'
import classes from './replay.module.css'
import { createScore } from './score.js'
import { SPEEDS, useReplay } from './use-replay.js'

interface ReplayBarProps {
  readonly session: RunSession
  readonly moment: Moment
  /** Shows a moment without a link to it: while it plays, and while it is dragged. */
  readonly onPreview: (seq: number | undefined) => void
  /** Goes to a moment for good; undefined goes back to live. */
  readonly onSeek: (seq: number | undefined) => void
}

/** The time machine: plays the run from its events, event by event or by the clock. */
export const ReplayBar = ({ session, moment, onPreview, onSeek }: ReplayBarProps) => {
  const { document } = session
  const { lastSeq } = document
  const score = useMemo(() => createScore(document.events), [document, lastSeq])
  const replay = useReplay(score, lastSeq, (seq) => onSeek(seq))
  const [dragged, setDragged] = useState<number>()
  const seq = dragged ?? replay.playing ?? moment.seq

  useEffect(() => onPreview(dragged ?? replay.playing), [dragged, replay.playing, onPreview])

  const seek = (to: number) => {
    replay.pause()
    onSeek(Math.max(0, Math.min(to, lastSeq)))
  }
  const event = document.events[seq - 1]
  return (
    <Group className={classes['bar']} gap="xs" wrap="nowrap" role="group" aria-label="Time machine">
      <Tool label="One event back" disabled={seq <= 0} onClick={() => seek(seq - 1)}>
        <SkipBack size={15} />
      </Tool>
      {replay.playing === undefined ? (
        <Tool label="Play" disabled={lastSeq === 0} onClick={() => replay.play(seq)}>
          <Play size={16} />
        </Tool>
      ) : (
        <Tool label="Pause the replay" onClick={() => onSeek(replay.pause())}>
          <Pause size={16} />
        </Tool>
      )}
      <Tool label="One event on" disabled={seq >= lastSeq} onClick={() => seek(seq + 1)}>
        <SkipForward size={15} />
      </Tool>
      <Slider
        className={classes['slider']}
        thumbLabel="Event shown"
        min={0}
        max={Math.max(lastSeq, 1)}
        value={seq}
        size="sm"
        label={null}
        onChange={(value) => {
          replay.pause()
          setDragged(value)
        }}
        onChangeEnd={(value) => {
          setDragged(undefined)
          onSeek(value)
        }}
      />
      <Text size="xs" className={classes['position']}>
        {seq.toLocaleString('en')} / {lastSeq.toLocaleString('en')}
      </Text>
      <Text size="xs" c="dimmed" className={classes['event']}>
        {event === undefined ? 'before its first event' : `${formatPreciseClock(event.at)} ${event.type}`}
      </Text>
      <SpeedSelect speed={replay.speed} onSpeed={replay.setSpeed} />
      <Button
        variant={moment.isLive ? 'light' : 'default'}
        leftSection={<Radio size={14} />}
        disabled={moment.isLive}
        onClick={() => {
          replay.pause()
          onSeek(undefined)
        }}
      >
        {document.isComplete ? 'End' : 'Live'}
      </Button>
    </Group>
  )
}

interface SpeedSelectProps {
  readonly speed: number
  readonly onSpeed: (speed: number) => void
}

/** Memoized: the bar around it is drawn once a frame while the run goes on. */
const SpeedSelect = memo(({ speed, onSpeed }: SpeedSelectProps) => (
  <Select
    w={76}
    size="xs"
    aria-label="Speed of the replay"
    data={SPEEDS.map((each) => ({ value: String(each), label: `${each} ×` }))}
    value={String(speed)}
    allowDeselect={false}
    onChange={(value) => onSpeed(Number(value))}
  />
))

interface ToolProps {
  readonly label: string
  readonly disabled?: boolean
  readonly onClick: () => void
  readonly children: ReactNode
}

const Tool = ({ label, disabled = false, onClick, children }: ToolProps) => (
  <Tooltip label={label}>
    <ActionIcon aria-label={label} disabled={disabled} onClick={onClick}>
      {children}
    </ActionIcon>
  </Tooltip>
)
