import { useRef } from 'react'
import { Control } from './control.js'
import { FieldFrame } from './field-frame.js'
import { type FieldProps, useFormContext } from './form-context.js'
import { GroupField } from './group-field.js'
import { ListField } from './list-field.js'
import { type InputMode, modeOf, switchMode } from './model/input-mode.js'
import { toText } from './model/value.js'
import { RecordField } from './record-field.js'
import { VariantsField } from './variants-field.js'

/** One field with its label, help and error; filled with a fixed value or by an expression. */
export const FieldView = ({ field, pointer, value, onChange }: FieldProps) => {
  const context = useFormContext()
  const mode = modeOf(field, value)
  const before = useRef(mode)
  const change = (to: InputMode) => {
    const switched = switchMode(pointer, value, to, context.alternatives)
    context.onAlternatives(switched.alternatives)
    onChange(switched.value)
  }
  const onMode = field.templates && field.kind !== 'group' ? change : undefined
  const props = { pointer, value, onChange }
  if (mode === 'expression') {
    // Whoever has just switched, by the button or by typing braces, goes on typing.
    const autoFocus = before.current === 'fixed'
    before.current = mode
    return (
      <FieldFrame field={field} pointer={pointer} mode={mode} onMode={onMode} inside>
        {(ids) =>
          context.renderExpression({
            ...ids,
            value: toText(value),
            onChange,
            kind: field.template,
            autoFocus,
            isList: field.isList,
          })
        }
      </FieldFrame>
    )
  }
  before.current = mode
  switch (field.kind) {
    case 'group':
      return <GroupField field={field} {...props} />
    case 'list':
      return <ListField field={field} {...props} mode={mode} onMode={onMode} />
    case 'record':
      return <RecordField field={field} {...props} mode={mode} onMode={onMode} />
    case 'variants':
      return <VariantsField field={field} {...props} />
    default:
      return (
        <FieldFrame field={field} pointer={pointer} mode={mode} onMode={onMode} inside>
          {(ids) => <Control field={field} {...props} ids={ids} />}
        </FieldFrame>
      )
  }
}
