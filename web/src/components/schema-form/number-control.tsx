import { TextInput } from '@mantine/core'
import type { Json } from '@millrace/contracts'
import { useState } from 'react'
import { type ControlIds, type FieldProps, useFieldText } from './form-context.js'
import type { FieldOf } from './model/field.js'
import { readNumberText } from './model/number-text.js'
import { toText } from './model/value.js'

type NumberControlProps = FieldProps<FieldOf<'number'>> & {
  readonly ids: ControlIds & { readonly inputId: string }
}

/** A number as it is typed. What is none is kept beside the value; one out of range is said, and never replaced. */
export const NumberControl = ({ field, pointer, value, onChange, ids }: NumberControlProps) => {
  const { unfinished, setUnfinished } = useFieldText({ pointer, title: field.title, as: 'number' })
  const [written, setWritten] = useState<{ readonly text: string; readonly value: Json | undefined }>()
  const shown = unfinished ?? (written?.value === value ? written?.text : undefined) ?? toText(value)
  const change = (text: string) => {
    // Whoever types braces writes an expression.
    const isTemplate = field.templates && text.includes('{{')
    const next = isTemplate ? text : readNumberText(text)
    const isFinished = next !== undefined || text.trim() === ''
    setUnfinished(isFinished ? undefined : text)
    setWritten({ text, value: next })
    if (isFinished && next !== value) onChange(next)
  }
  return (
    <TextInput
      id={ids.inputId}
      aria-describedby={ids.describedBy}
      error={ids.invalid || unfinished !== undefined}
      inputMode="decimal"
      autoComplete="off"
      value={shown}
      placeholder={toText(field.fallback)}
      onChange={(event) => change(event.currentTarget.value)}
    />
  )
}
