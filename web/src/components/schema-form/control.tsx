import { SegmentedControl, Select, Switch, Textarea, TextInput } from '@mantine/core'
import { CodeEditor } from '../code-editor/code-editor.js'
import type { Language } from '../code-editor/extensions.js'
import { type ControlIds, type FieldProps, useFormContext } from './form-context.js'
import { JsonControl } from './json-control.js'
import type { Field, FieldOf } from './model/field.js'
import { toText } from './model/value.js'
import { NumberControl } from './number-control.js'

type Plain = Exclude<Field, { kind: 'group' | 'list' | 'record' | 'variants' }>

interface ControlProps<F extends Field> extends FieldProps<F> {
  readonly ids: ControlIds & { readonly inputId: string }
}

/** The control of a field that holds one fixed value. */
export const Control = ({ field, value, onChange, ids, pointer }: ControlProps<Plain>) => {
  const { renderExpression, renderCredential } = useFormContext()
  const onText = (text: string) => onChange(text === '' && !field.required ? undefined : text)
  const described = { id: ids.inputId, 'aria-describedby': ids.describedBy, error: ids.invalid }
  switch (field.kind) {
    case 'text': {
      const text = {
        ...described,
        value: toText(value),
        placeholder: toText(field.fallback),
      }
      return field.multiline ? (
        <Textarea {...text} autosize maxRows={8} onChange={(event) => onText(event.currentTarget.value)} />
      ) : (
        <TextInput {...text} onChange={(event) => onText(event.currentTarget.value)} />
      )
    }
    case 'number':
      return <NumberControl field={field} value={value} onChange={onChange} ids={ids} pointer={pointer} />
    case 'boolean':
      return (
        <Switch
          {...described}
          checked={typeof value === 'boolean' ? value : field.fallback === true}
          onChange={(event) => onChange(event.currentTarget.checked)}
        />
      )
    case 'choice':
      return <ChoiceControl field={field} value={value} onChange={onChange} ids={ids} pointer={pointer} />
    case 'expression':
      return renderExpression({
        ...ids,
        value: toText(value),
        onChange: onText,
        kind: 'source',
        autoFocus: false,
        isList: field.isList,
      })
    case 'code':
      return (
        <CodeEditor
          value={toText(value)}
          language={codeLanguage(field.language)}
          labelledBy={ids.labelId}
          describedBy={ids.describedBy}
          invalid={ids.invalid}
          minLines={6}
          onChange={onText}
        />
      )
    case 'credential':
      return renderCredential({ ...ids, field, value: toText(value), onChange })
    case 'json':
      return <JsonControl field={field} pointer={pointer} value={value} onChange={onChange} {...ids} />
  }
}

/** Up to so many options, and characters in all, stand side by side. */
const SEGMENTS = { options: 3, characters: 26 }

const ChoiceControl = ({ field, value, onChange, ids }: ControlProps<FieldOf<'choice'>>) => {
  const { options, fallback, required } = field
  const chosen = typeof value === 'string' ? value : toText(fallback)
  const mayBeEmpty = !required && fallback === undefined
  if (!mayBeEmpty && options.length <= SEGMENTS.options && options.join('').length <= SEGMENTS.characters)
    return (
      <SegmentedControl
        aria-labelledby={ids.labelId}
        data={[...options]}
        value={chosen}
        onChange={onChange}
        size="xs"
      />
    )
  return (
    <Select
      id={ids.inputId}
      aria-describedby={ids.describedBy}
      error={ids.invalid}
      data={[...options]}
      value={chosen === '' ? null : chosen}
      clearable={mayBeEmpty}
      allowDeselect={false}
      nothingFoundMessage="None"
      onChange={(next) => onChange(next ?? undefined)}
    />
  )
}

const LANGUAGES: readonly Language[] = ['javascript', 'json', 'sql']
const codeLanguage = (name: string): Language => LANGUAGES.find((each) => each === name) ?? 'text'
