import { Button } from '@mantine/core'
import { Plus, Trash2 } from 'lucide-react'
import { type FieldProps, useFormContext } from './form-context.js'
import { Members } from './members.js'
import type { FieldOf } from './model/field.js'
import { withoutInside } from './model/texts.js'
import classes from './schema-form.module.css'

/** Fields that belong together. An optional group is not there until it is asked for. */
export const GroupField = ({ field, pointer, value, onChange }: FieldProps<FieldOf<'group'>>) => {
  const { texts, onTexts } = useFormContext()
  if (!field.required && value === undefined)
    return (
      <div className={classes['field']}>
        <Button
          variant="default"
          leftSection={<Plus size={14} aria-hidden />}
          onClick={() => onChange({})}
          className={classes['add']}
        >
          {field.title}
        </Button>
      </div>
    )
  return (
    <fieldset className={classes['group']}>
      <legend className={classes['legend']}>
        {field.title}
        {!field.required && (
          <Button
            variant="subtle"
            color="gray"
            size="compact-xs"
            leftSection={<Trash2 size={12} aria-hidden />}
            onClick={() => {
              if (texts.length > 0) onTexts(withoutInside(texts, pointer))
              onChange(undefined)
            }}
          >
            Remove
          </Button>
        )}
      </legend>
      <Members fields={field.fields} pointer={pointer} value={value} onChange={onChange} />
    </fieldset>
  )
}
