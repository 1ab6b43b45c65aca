import { ActionIcon, Button } from '@mantine/core'
import type { Json } from '@millrace/contracts'
import { singular } from '@millrace/engine'
import { Plus, Trash2 } from 'lucide-react'
import { FieldFrame } from './field-frame.js'
import { type FieldProps, useFieldView, useFormContext } from './form-context.js'
import type { Field, FieldOf } from './model/field.js'
import type { InputMode } from './model/input-mode.js'
import { withoutItem } from './model/texts.js'
import { pointerTo, withItem } from './model/value.js'
import classes from './schema-form.module.css'

interface ListFieldProps extends FieldProps<FieldOf<'list'>> {
  readonly mode: InputMode
  readonly onMode: ((mode: InputMode) => void) | undefined
}

export const ListField = ({ field, pointer, value, onChange, mode, onMode }: ListFieldProps) => {
  const FieldView = useFieldView()
  const { texts, onTexts } = useFormContext()
  const items = Array.isArray(value) ? value : []
  const set = (next: Json[]) => onChange(next.length === 0 && !field.required ? undefined : next)
  return (
    <FieldFrame field={field} pointer={pointer} inside={false} mode={mode} onMode={onMode}>
      {(ids) => (
        // biome-ignore lint/a11y/useSemanticElements: the label above is its legend
        <div role="group" aria-labelledby={ids.labelId} className={classes['rows']}>
          {items.map((item, at) => (
            <div key={at} className={classes['item']}>
              <FieldView
                field={{ ...field.item, title: `${singular(field.title)} ${at + 1}` }}
                pointer={pointerTo(pointer, at)}
                value={item}
                onChange={(next) => set(withItem(items, at, next ?? emptyOf(field.item)))}
              />
              <ActionIcon
                aria-label={`Remove ${singular(field.title).toLowerCase()} ${at + 1}`}
                onClick={() => {
                  if (texts.length > 0) onTexts(withoutItem(texts, pointer, at, items.length))
                  set(withItem(items, at, undefined))
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
            onClick={() => set([...items, emptyOf(field.item)])}
          >
            Add {singular(field.title).toLowerCase()}
          </Button>
        </div>
      )}
    </FieldFrame>
  )
}

const emptyOf = (item: Field): Json => {
  if (item.fallback !== undefined) return item.fallback
  if (item.kind === 'group') return {}
  return item.kind === 'json' ? null : ''
}
