import { ActionIcon, Button, TextInput } from '@mantine/core'
import { Plus, Trash2 } from 'lucide-react'
import { FieldFrame } from './field-frame.js'
import { type FieldProps, useFieldText, useFieldView, useFormContext } from './form-context.js'
import type { FieldOf } from './model/field.js'
import type { InputMode } from './model/input-mode.js'
import { moveTexts, withoutInside, withoutText } from './model/texts.js'
import { isObject, pointerTo, renameMember, withMember } from './model/value.js'
import classes from './schema-form.module.css'

interface RecordFieldProps extends FieldProps<FieldOf<'record'>> {
  readonly mode: InputMode
  readonly onMode: ((mode: InputMode) => void) | undefined
}

/** Names and their values, a row each. */
export const RecordField = ({ field, pointer, value, onChange, mode, onMode }: RecordFieldProps) => {
  const FieldView = useFieldView()
  const { texts, onTexts } = useFormContext()
  const record = isObject(value) ? value : {}
  const set = (next: typeof record) =>
    onChange(Object.keys(next).length === 0 && !field.required ? undefined : next)
  return (
    <FieldFrame field={field} pointer={pointer} inside={false} mode={mode} onMode={onMode}>
      {(ids) => (
        // biome-ignore lint/a11y/useSemanticElements: the label above is its legend
        <div role="group" aria-labelledby={ids.labelId} className={classes['rows']}>
          {Object.entries(record).map(([name, member], at) => (
            <div key={at} className={classes['row']}>
              <NameInput
                name={name}
                label={`Name ${at + 1} of ${field.title}`}
                pointer={pointerTo(pointer, name)}
                title={field.title}
                isTaken={(to) => to !== name && renameMember(record, name, to) === record}
                onRename={(to) => set(renameMember(record, name, to))}
              />
              <FieldView
                field={{ ...field.value, title: name === '' ? 'Value' : name, required: false }}
                pointer={pointerTo(pointer, name)}
                value={member}
                onChange={(next) => set(withMember(record, name, next ?? ''))}
              />
              <ActionIcon
                aria-label={`Remove ${name}`}
                onClick={() => {
                  if (texts.length > 0) onTexts(withoutInside(texts, pointerTo(pointer, name)))
                  set(withMember(record, name, undefined))
                }}
              >
                <Trash2 size={14} aria-hidden />
              </ActionIcon>
            </div>
          ))}
          <Button
            variant="default"
            leftSection={<Plus size={14} aria-hidden />}
            className={classes['add']}
            disabled={Object.hasOwn(record, '')}
            onClick={() => set({ ...record, '': '' })}
          >
            Add to {field.title.toLowerCase()}
          </Button>
        </div>
      )}
    </FieldFrame>
  )
}

interface NameInputProps {
  readonly name: string
  readonly label: string
  /** Of the row, and of all rows. */
  readonly pointer: string
  readonly title: string
  readonly isTaken: (name: string) => boolean
  readonly onRename: (name: string) => void
}

/** A name on its way past another one does not run into it: what is taken is kept beside the row until it is free. */
const NameInput = ({ name, label, pointer, title, isTaken, onRename }: NameInputProps) => {
  const { texts, onTexts } = useFormContext()
  const { unfinished, setUnfinished } = useFieldText({ pointer, title, as: 'name' })
  const change = (typed: string) => {
    if (isTaken(typed)) return setUnfinished(typed)
    const mine = withoutText(texts, pointer, 'name')
    const next = moveTexts(mine, pointer, siblingOf(pointer, typed))
    if (texts.length > 0) onTexts(next)
    if (typed !== name) onRename(typed)
  }
  return (
    <TextInput
      aria-label={label}
      placeholder="name"
      value={unfinished ?? name}
      error={unfinished !== undefined && 'Another row has this name'}
      onChange={(event) => change(event.currentTarget.value)}
    />
  )
}

const siblingOf = (pointer: string, name: string): string =>
  pointerTo(pointer.slice(0, pointer.lastIndexOf('/')), name)
