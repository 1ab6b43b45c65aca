import { type FieldProps, useFieldView } from './form-context.js'
import type { FieldOf } from './model/field.js'
import { memberOf, pointerTo, withMember } from './model/value.js'

type MembersProps = Omit<FieldProps, 'field'> & Pick<FieldOf<'group'>, 'fields'>

/** The members of one object. A field without a name lives in the object itself. */
export const Members = ({ fields, pointer, value, onChange }: MembersProps) => {
  const FieldView = useFieldView()
  return fields.map((field) =>
    field.name === '' ? (
      <FieldView key="" field={field} pointer={pointer} value={value} onChange={onChange} />
    ) : (
      <FieldView
        key={field.name}
        field={field}
        pointer={pointerTo(pointer, field.name)}
        value={memberOf(value, field.name)}
        onChange={(member) => onChange(withMember(value, field.name, member))}
      />
    ),
  )
}
