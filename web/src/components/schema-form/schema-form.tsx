import type { JsonObject } from '@millrace/contracts'
import { FieldView } from './field-view.js'
import { FieldProvider, type FormContextValue, FormProvider } from './form-context.js'
import type { Field } from './model/field.js'
import { memberOf, pointerTo, withMember } from './model/value.js'
import classes from './schema-form.module.css'

export interface SchemaFormProps extends FormContextValue {
  readonly fields: readonly Field[]
  /** RFC 6901: where `value` stands in what problems point into. */
  readonly pointer: string
  readonly value: JsonObject
  readonly onChange: (value: JsonObject) => void
}

/** A form made from a schema: see model/describe-form.ts. */
export const SchemaForm = ({ fields, pointer, value, onChange, ...context }: SchemaFormProps) => (
  <FormProvider value={context}>
    <FieldProvider value={FieldView}>
      <div className={classes['form']}>
        {fields.map((field) => (
          <FieldView
            key={field.name}
            field={field}
            pointer={pointerTo(pointer, field.name)}
            value={memberOf(value, field.name)}
            onChange={(member) => onChange(withMember(value, field.name, member))}
          />
        ))}
      </div>
    </FieldProvider>
  </FormProvider>
)
