import { Modal, TextInput } from '@mantine/core'
import { Search } from 'lucide-react'
import { type KeyboardEvent, useEffect, useRef, useState } from 'react'
import { NodeIcon } from '../../../components/graph/node-icon.js'
import classes from '../editor.module.css'
import { type Choice, searchChoices } from './choices.js'

interface ChooseDialogProps {
  readonly title: string
  readonly choices: readonly Choice[]
  readonly onChoose: (key: string) => void
  readonly onClose: () => void
}

/** A list to search and choose from, by mouse or by keys alone. What cannot be chosen says why. */
export const ChooseDialog = ({ title, choices, onChoose, onClose }: ChooseDialogProps) => {
  const [text, setText] = useState('')
  const [at, setAt] = useState(0)
  const found = searchChoices(choices, text)
  const choose = (choice: Choice | undefined): void => {
    if (choice !== undefined && choice.refusal === undefined) onChoose(choice.key)
  }
  const onKeyDown = (event: KeyboardEvent): void => {
    const step = event.key === 'ArrowDown' ? 1 : event.key === 'ArrowUp' ? -1 : 0
    if (step !== 0) setAt((at + step + found.length) % Math.max(1, found.length))
    else if (event.key === 'Enter') choose(found[at])
    else return
    event.preventDefault()
  }
  return (
    <Modal opened onClose={onClose} title={title} size={480} yOffset="12vh" centered={false} padding="sm">
      <TextInput
        data-autofocus
        role="combobox"
        aria-expanded
        aria-controls="choices"
        aria-activedescendant={found[at] === undefined ? undefined : `choice-${at}`}
        aria-label={title}
        placeholder="Search"
        leftSection={<Search size={14} aria-hidden />}
        value={text}
        onChange={(event) => {
          setText(event.currentTarget.value)
          setAt(0)
        }}
        onKeyDown={onKeyDown}
      />
      <ChoiceList found={found} at={at} onHover={setAt} onChoose={choose} />
    </Modal>
  )
}

interface ChoiceListProps {
  readonly found: readonly Choice[]
  readonly at: number
  readonly onHover: (at: number) => void
  readonly onChoose: (choice: Choice) => void
}

const ChoiceList = ({ found, at, onHover, onChoose }: ChoiceListProps) => (
  <div id="choices" role="listbox" aria-label="Choices" className={classes['choices']}>
    {found.map((choice, index) => (
      <ChoiceRow
        key={choice.key}
        choice={choice}
        index={index}
        active={index === at}
        heading={choice.section === found[index - 1]?.section ? undefined : choice.section}
        onHover={onHover}
        onChoose={onChoose}
      />
    ))}
    {found.length === 0 && <p className={classes['empty']}>Nothing is called that.</p>}
  </div>
)

interface ChoiceRowProps extends Pick<ChoiceListProps, 'onHover' | 'onChoose'> {
  readonly choice: Choice
  readonly index: number
  readonly active: boolean
  readonly heading: string | undefined
}

const ChoiceRow = ({ choice, index, active, heading, onHover, onChoose }: ChoiceRowProps) => {
  const row = useRef<HTMLDivElement>(null)
  useEffect(() => {
    if (active) row.current?.scrollIntoView({ block: 'nearest' })
  }, [active])
  return (
    <>
      {heading !== undefined && (
        <div className={classes['section']} role="presentation">
          {heading}
        </div>
      )}
      {/* biome-ignore lint/a11y/useKeyWithClickEvents: keys work in the search field that owns the list */}
      <div
        ref={row}
        id={`choice-${index}`}
        role="option"
        tabIndex={-1}
        aria-selected={active}
        aria-disabled={choice.refusal !== undefined}
        className={classes['choice']}
        onMouseMove={() => onHover(index)}
        onClick={() => onChoose(choice)}
      >
        <NodeIcon icon={choice.icon} category={choice.category} />
        <span className={classes['choiceText']}>
          <span>{choice.label}</span>
          <span className={classes['dim']}>{choice.detail}</span>
        </span>
      </div>
    </>
  )
}
