import { type Json, stringifyJson } from '@millrace/contracts'
import { useState } from 'react'
import { CodeEditor } from '../code-editor/code-editor.js'
import type { ControlIds } from './form-context.js'
import { type JsonText, readJsonText, writeJsonText } from './model/json-text.js'
import classes from './schema-form.module.css'

interface JsonControlProps extends ControlIds {
  readonly value: Json | undefined
  readonly onChange: (value: Json | undefined) => void
}

/** Any JSON. Text that is none yet stays as it is written; the last value that was JSON holds meanwhile. */
export const JsonControl = ({ value, onChange, labelId, describedBy, invalid }: JsonControlProps) => {
  const [written, setWritten] = useState<JsonText>(() => ({ text: writeJsonText(value), value }))
  // A value from elsewhere, such as an undo, replaces the text; one's own does not, nor its spaces.
  const text = same(written.value, value) ? written.text : writeJsonText(value)
  const read = readJsonText(text)
  const change = (next: string) => {
    const parsed = readJsonText(next)
    setWritten({ text: next, value: parsed.ok ? parsed.value : value })
    if (parsed.ok && !same(parsed.value, value)) onChange(parsed.value)
  }
  return (
    <>
      <CodeEditor
        value={text}
        language="json"
        labelledBy={labelId}
        describedBy={describedBy}
        invalid={invalid || !read.ok}
        minLines={2}
        onChange={change}
      />
      {!read.ok && <p className={classes['error']}>{read.message}</p>}
    </>
  )
}

const same = (one: Json | undefined, other: Json | undefined): boolean =>
  one === other || stringifyJson(one) === stringifyJson(other)
