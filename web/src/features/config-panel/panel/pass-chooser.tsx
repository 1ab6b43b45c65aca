import { ActionIcon, Button, Popover } from '@mantine/core'
import type { Step } from '@millrace/contracts'
import { ChevronDown, ChevronLeft, ChevronRight } from 'lucide-react'
import { useMemo, useState } from 'react'
import { Virtuoso } from 'react-virtuoso'
import { STATE_LOOKS, stateOf } from '../../../components/state/state.js'
import { StateIcon } from '../../../components/state/state-icon.js'
import { passesOf } from '../samples/passes.js'
import type { Items } from '../samples/use-pass.js'
import classes from './panel.module.css'

interface PassChooserProps {
  readonly node: string
  /** Around the node, the outermost first; which pass of each is shown, and what is known of its items. */
  readonly containers: readonly string[]
  readonly indexes: readonly number[]
  readonly around: readonly Items[]
  /** Of the sample, in all passes. */
  readonly steps: readonly Step[]
  readonly onChoose: (container: string, index: number) => void
}

/** Which item, or iteration, of each container around a node its data is of. */
export const PassChooser = ({ containers, ...props }: PassChooserProps) =>
  containers.map((container, level) => (
    <LevelChooser key={container} {...props} containers={containers} container={container} level={level} />
  ))

interface LevelChooserProps extends PassChooserProps {
  readonly container: string
  readonly level: number
}

const LevelChooser = (props: LevelChooserProps) => {
  const { node, containers, container, level, indexes, around, steps, onChoose } = props
  const [opened, setOpened] = useState(false)
  const went = useMemo(
    () => passesOf(steps, node, containers, indexes, level),
    [steps, node, containers, indexes, level],
  )
  const count = [...went.keys()].reduce((most, at) => Math.max(most, at + 1), around[level]?.count ?? 0)
  const index = indexes[level] ?? 0
  const name = `${container}[${index}]`
  const choose = (next: number) => {
    setOpened(false)
    onChoose(container, next)
  }
  return (
    // biome-ignore lint/a11y/useSemanticElements: three buttons are no form
    <div className={classes['passes']} role="group" aria-label={`Pass of ${container}`}>
      <ActionIcon aria-label={`Pass before ${name}`} disabled={index === 0} onClick={() => choose(index - 1)}>
        <ChevronLeft size={14} aria-hidden />
      </ActionIcon>
      <Popover opened={opened} onChange={setOpened} width={260} position="bottom-start" trapFocus returnFocus>
        <Popover.Target>
          <Button
            variant="default"
            rightSection={<ChevronDown size={13} aria-hidden />}
            disabled={count === 0}
            onClick={() => setOpened(!opened)}
          >
            <Went step={went.get(index)} />
            <code>{name}</code>
          </Button>
        </Popover.Target>
        <Popover.Dropdown p={4}>
          <PassList container={container} count={count} index={index} went={went} onChoose={choose} />
        </Popover.Dropdown>
      </Popover>
      <ActionIcon
        aria-label={`Pass after ${name}`}
        disabled={index + 1 >= count}
        onClick={() => choose(index + 1)}
      >
        <ChevronRight size={14} aria-hidden />
      </ActionIcon>
      <span className={classes['passCount']}>of {count.toLocaleString('en')}</span>
    </div>
  )
}

const Went = ({ step }: { readonly step: Step | undefined }) =>
  step === undefined ? null : <StateIcon state={stateOf(step)} size={14} />

const ROW_HEIGHT = 28
const MOST_ROWS = 10

interface PassListProps {
  readonly container: string
  readonly count: number
  readonly index: number
  readonly went: ReadonlyMap<number, Step | undefined>
  readonly onChoose: (index: number) => void
}

/** Only the rows in sight are there: a map may have a million items. */
const PassList = ({ container, count, index, went, onChoose }: PassListProps) => (
  <Virtuoso
    style={{ height: Math.min(count, MOST_ROWS) * ROW_HEIGHT }}
    aria-label={`Passes of ${container}`}
    totalCount={count}
    fixedItemHeight={ROW_HEIGHT}
    initialTopMostItemIndex={{ index, align: 'center' }}
    itemContent={(at) => {
      const step = went.get(at)
      return (
        <button
          type="button"
          className={classes['pass']}
          aria-current={at === index || undefined}
          onClick={() => onChoose(at)}
        >
          <code>
            {container}[{at}]
          </code>
          <span className={classes['passState']}>
            <Went step={step} />
            {step !== undefined && STATE_LOOKS[stateOf(step)].word}
          </span>
        </button>
      )
    }}
  />
)
