import { type Json, stringifyJson } from '@millrace/contracts'
import { useRef, useState } from 'react'
import { CodeEditor } from '../code-editor/code-editor.js'
import { type ControlIds, type FieldProps, useFieldText, useFormContext } from './form-context.js'
import type { FieldOf } from './model/field.js'
import { type JsonText, readJsonText, writeJsonText } from './model/json-text.js'
import { saysUnfinished } from './model/problems.js'
import classes from './schema-form.module.css'

type JsonControlProps = ControlIds & FieldProps<FieldOf<'json'>>

/**
 * Any JSON. Text that is none stays as it is written, and is kept beside the value. The value is then the one from
 * before the field was entered: brackets that close by themselves make JSON of what is half typed.
 */
export const JsonControl = ({
  field,
  pointer,
  value,
  onChange,
  labelId,
  describedBy,
  invalid,
}: JsonControlProps) => {
  const { unfinished, setUnfinished } = useFieldText({ pointer, title: field.title, as: 'json' })
  const isSaid = saysUnfinished(useFormContext().problems, pointer)
  const [written, setWritten] = useState<JsonText>(() => ({ text: writeJsonText(value), value }))
  const before = useRef(value)
  // A value from elsewhere, such as an undo, replaces the text; one's own does not, nor its spaces.
  const isOwn = same(written.value, value)
  const text = unfinished ?? (isOwn ? written.text : writeJsonText(value))
  const read = readJsonText(text)
  const set = (next: Json | undefined) => {
    if (!same(next, value)) onChange(next)
  }
  const change = (next: string) => {
    if (next === text) return
    // Whoever types braces writes an expression.
    const parsed =
      field.templates && /^\s*\{\{/.test(next) ? { ok: true as const, value: next } : readJsonText(next)
    setUnfinished(parsed.ok ? undefined : next)
    if (!isOwn) before.current = value
    setWritten({ text: next, value: parsed.ok ? parsed.value : before.current })
    set(parsed.ok ? parsed.value : before.current)
  }
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: it listens for its editor being left
    <div
      onBlur={() => {
        before.current = value
      }}
    >
      <CodeEditor
        value={text}
        language="json"
        labelledBy={labelId}
        describedBy={describedBy}
        invalid={invalid || !read.ok}
        minLines={2}
        onChange={change}
      />
      {!read.ok && !isSaid && <p className={classes['error']}>{read.message}</p>}
    </div>
  )
}

const same = (one: Json | undefined, other: Json | undefined): boolean =>
  one === other || stringifyJson(one) === stringifyJson(other)
