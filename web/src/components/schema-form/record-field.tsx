import { ActionIcon, Button, TextInput } from '@mantine/core'
import { Plus, Trash2 } from 'lucide-react'
import { useState } from 'react'
import { FieldFrame } from './field-frame.js'
import { type FieldProps, useFieldView } from './form-context.js'
import type { FieldOf } from './model/field.js'
import type { InputMode } from './model/input-mode.js'
import { isObject, pointerTo, renameMember, withMember } from './model/value.js'
import classes from './schema-form.module.css'

interface RecordFieldProps extends FieldProps<FieldOf<'record'>> {
  readonly mode: InputMode
  readonly onMode: ((mode: InputMode) => void) | undefined
}

/** Names and their values, a row each. */
export const RecordField = ({ field, pointer, value, onChange, mode, onMode }: RecordFieldProps) => {
  const FieldView = useFieldView()
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
                onClick={() => set(withMember(record, name, undefined))}
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
  readonly onRename: (name: string) => void
}

/** Takes effect when it is left, so that a name on its way past another one does not run into it. */
const NameInput = ({ name, label, onRename }: NameInputProps) => {
  const [typed, setTyped] = useState<string | undefined>()
  const finish = () => {
    if (typed !== undefined && typed !== name) onRename(typed)
    setTyped(undefined)
  }
  return (
    <TextInput
      aria-label={label}
      placeholder="name"
      value={typed ?? name}
      onChange={(event) => setTyped(event.currentTarget.value)}
      onBlur={finish}
      onKeyDown={(event) => {
        if (event.key === 'Enter') finish()
      }}
    />
  )
}
