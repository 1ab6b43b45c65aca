import { Anchor, Text } from '@mantine/core'
import { Hourglass, OctagonX } from 'lucide-react'
import { formatDuration } from '../../../components/time/format-time.js'
import type { RootFailure } from '../explain/root-failure.js'
import type { WaitReason } from '../explain/why-waiting.js'
import classes from './header.module.css'

interface ExplanationProps {
  readonly root: RootFailure | undefined
  readonly waiting: WaitReason | undefined
  readonly now: number
  readonly onSelect: (path: string) => void
}

/** One line that says why a run failed, or why it does not move. */
export const Explanation = ({ root, waiting, now, onSelect }: ExplanationProps) => {
  if (root !== undefined) return <Failure root={root} onSelect={onSelect} />
  if (waiting === undefined) return null
  const left = waiting.until === undefined ? undefined : waiting.until - now
  return (
    <div className={classes['explanation']} data-kind="waiting" role="status">
      <Hourglass size={16} aria-hidden />
      <Text size="sm">
        {waiting.sentence}
        {left !== undefined && left > 0 && (
          <Text component="span" size="sm" c="dimmed">
            {' '}
            In {formatDuration(Math.ceil(left / 1_000) * 1_000)}.
          </Text>
        )}
      </Text>
      {waiting.path !== undefined && <Show path={waiting.path} onSelect={onSelect} />}
    </div>
  )
}

const Failure = ({
  root,
  onSelect,
}: {
  readonly root: RootFailure
  readonly onSelect: (path: string) => void
}) => {
  const { path, error, neverRan, cancelled, alsoFailed } = root
  const cost = [
    countOf(neverRan.length, 'never ran'),
    countOf(cancelled.length, 'was cut off', 'were cut off'),
    countOf(alsoFailed.length, 'failed as well'),
  ].filter((text) => text !== undefined)
  return (
    <div className={classes['explanation']} data-kind="failed" role="status">
      <OctagonX size={16} color="var(--mr-state-failed)" aria-hidden />
      <Text size="sm" className={classes['sentence']}>
        <b>{path === undefined ? 'The run failed' : `${path} failed`}</b>: {error.message}
        {cost.length > 0 && (
          <Text component="span" size="sm" c="dimmed">
            {' '}
            {cost.join(', ')}.
          </Text>
        )}
      </Text>
      {path !== undefined && <Show path={path} onSelect={onSelect} />}
    </div>
  )
}

const countOf = (count: number, one: string, more = one): string | undefined => {
  if (count === 0) return undefined
  return `${count.toLocaleString('en')} ${count === 1 ? `step ${one}` : `steps ${more}`}`
}

const Show = ({ path, onSelect }: { readonly path: string; readonly onSelect: (path: string) => void }) => (
  <Anchor component="button" type="button" size="sm" onClick={() => onSelect(path)}>
    Show {path}
  </Anchor>
)
