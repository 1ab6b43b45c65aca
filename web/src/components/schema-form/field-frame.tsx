import { UnstyledButton } from '@mantine/core'
import { SquareFunction } from 'lucide-react'
import { type ReactNode, useId } from 'react'
import { type ControlIds, useFormContext } from './form-context.js'
import type { Field } from './model/field.js'
import type { InputMode } from './model/input-mode.js'
import { messageAt } from './model/problems.js'
import classes from './schema-form.module.css'

interface FieldFrameProps {
  readonly field: Pick<Field, 'title' | 'help' | 'required'>
  readonly pointer: string
  /** Whether problems further inside are said here, for what has no fields of its own. */
  readonly inside: boolean
  readonly mode?: InputMode
  readonly onMode?: ((mode: InputMode) => void) | undefined
  readonly children: (ids: ControlIds & { readonly inputId: string }) => ReactNode
}

export const FieldFrame = ({ field, pointer, inside, mode, onMode, children }: FieldFrameProps) => {
  const id = useId()
  const { problems } = useFormContext()
  const error = messageAt(problems, pointer, inside)
  const [labelId, helpId, errorId] = [`${id}-label`, `${id}-help`, `${id}-error`]
  const described = [error === undefined ? [] : [errorId], field.help === undefined ? [] : [helpId]].flat()
  return (
    <div className={classes['field']} data-pointer={pointer}>
      <div className={classes['head']}>
        <label id={labelId} htmlFor={id} className={classes['label']}>
          {field.title}
          {field.required && (
            <span className={classes['required']} title="Required">
              {' '}
              *
            </span>
          )}
        </label>
        {onMode !== undefined && <ModeSwitch title={field.title} mode={mode ?? 'fixed'} onMode={onMode} />}
      </div>
      {children({
        inputId: id,
        labelId,
        describedBy: described.length === 0 ? undefined : described.join(' '),
        invalid: error !== undefined,
      })}
      {error !== undefined && (
        <p id={errorId} className={classes['error']}>
          {error}
        </p>
      )}
      {field.help !== undefined && (
        <p id={helpId} className={classes['help']}>
          <HelpText text={field.help} />
        </p>
      )}
    </div>
  )
}

interface ModeSwitchProps {
  readonly title: string
  readonly mode: InputMode
  readonly onMode: (mode: InputMode) => void
}

const ModeSwitch = ({ title, mode, onMode }: ModeSwitchProps) => (
  <UnstyledButton
    className={classes['mode']}
    aria-label={
      mode === 'expression'
        ? `Expression: fill ${title} with a fixed value`
        : `Fixed: fill ${title} by an expression`
    }
    data-mode={mode}
    onClick={() => onMode(mode === 'expression' ? 'fixed' : 'expression')}
  >
    <SquareFunction size={13} aria-hidden />
    {mode === 'expression' ? 'Expression' : 'Fixed'}
  </UnstyledButton>
)

/** What stands in backticks is code. */
const HelpText = ({ text }: { readonly text: string }) =>
  text.split('`').map((part, at) => (at % 2 === 1 ? <code key={at}>{part}</code> : part))
