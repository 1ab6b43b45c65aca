import { SegmentedControl, Select } from '@mantine/core'
import { FieldFrame } from './field-frame.js'
import { type FieldProps, useFormContext } from './form-context.js'
import { Members } from './members.js'
import type { FieldOf } from './model/field.js'
import { withoutInside } from './model/texts.js'
import { activeVariant, chooseVariant } from './model/variants.js'
import classes from './schema-form.module.css'

/** One of several groups of fields: a choice, and the fields of what is chosen. */
export const VariantsField = ({ field, pointer, value, onChange }: FieldProps<FieldOf<'variants'>>) => {
  const { texts, onTexts } = useFormContext()
  const active = activeVariant(field, value)
  const data = field.options.map((option) => ({ value: option.value, label: option.title }))
  const choose = (chosen: string | null) => {
    const variant = field.options.find((option) => option.value === chosen)
    if (variant === undefined) return
    if (texts.length > 0) onTexts(withoutInside(texts, pointer))
    onChange(chooseVariant(field, value, variant))
  }
  return (
    <div className={classes['variants']}>
      <FieldFrame field={field} pointer={pointer} inside={false}>
        {(ids) =>
          data.length <= 3 ? (
            <SegmentedControl
              aria-labelledby={ids.labelId}
              data={data}
              value={active?.value ?? ''}
              onChange={choose}
            />
          ) : (
            <Select
              id={ids.inputId}
              aria-describedby={ids.describedBy}
              data={data}
              value={active?.value ?? null}
              allowDeselect={false}
              onChange={choose}
            />
          )
        }
      </FieldFrame>
      {active !== undefined && active.fields.length > 0 && (
        <div className={classes['members']}>
          <Members fields={active.fields} pointer={pointer} value={value} onChange={onChange} />
        </div>
      )}
    </div>
  )
}
