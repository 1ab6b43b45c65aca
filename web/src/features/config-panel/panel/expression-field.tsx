import { useEffect, useState } from 'react'
import { CodeEditor } from '../../../components/code-editor/code-editor.js'
import type { CompletionSource } from '../../../components/code-editor/extensions.js'
import { expressionAt } from '../../../components/expressions/template.js'
import type { ExpressionControl, ExpressionKind } from '../../../components/schema-form/form-context.js'
import { complete, type Known } from '../expressions/complete.js'
import type { Preview } from '../expressions/evaluate.js'
import { listPreview } from '../expressions/list-preview.js'
import classes from './panel.module.css'
import { useExpressions } from './panel-context.js'

/** An expression with its completions and, below it, what it gives on the sample. */
export const ExpressionField = (control: ExpressionControl) => {
  const { known, hasSample } = useExpressions()
  const preview = usePreview(control.labelId, control.value, control.kind)
  const asList = control.isList ? listPreview(preview, hasSample) : undefined
  return (
    <>
      <CodeEditor
        value={control.value}
        language={control.kind === 'source' ? 'expression' : 'template'}
        labelledBy={control.labelId}
        describedBy={control.describedBy}
        invalid={control.invalid}
        autoFocus={control.autoFocus}
        onChange={control.onChange}
        complete={completionsIn(known, control.kind)}
      />
      <PreviewLine preview={preview} hasSample={hasSample} />
      {asList !== undefined && <p className={classes['preview']}>{asList}</p>}
    </>
  )
}

const completionsIn =
  (known: Known, kind: ExpressionKind): CompletionSource =>
  (text, position) => {
    const inside = expressionAt(text, position)
    const from = kind === 'source' && !text.trimStart().startsWith('{{') ? 0 : inside?.from
    if (from === undefined) return undefined
    const found = complete(text.slice(from, position), known)
    return found && { from: from + found.from, suggestions: found.suggestions }
  }

const usePreview = (field: string, text: string, kind: ExpressionKind): Preview | undefined => {
  const { evaluator, known, hasSample } = useExpressions()
  const [preview, setPreview] = useState<Preview>()
  useEffect(() => {
    let current = true
    evaluator.preview(field, text, kind).then((next) => {
      if (current && next !== undefined) setPreview(next)
    })
    return () => {
      current = false
    }
  }, [evaluator, field, text, kind, known.scope, hasSample])
  return text.trim() === '' ? undefined : preview
}

interface PreviewLineProps {
  readonly preview: Preview | undefined
  readonly hasSample: boolean
}

const PreviewLine = ({ preview, hasSample }: PreviewLineProps) => {
  if (preview === undefined) return <p className={classes['preview']}>&nbsp;</p>
  if (preview.kind === 'value')
    return (
      <p className={classes['preview']} data-kind="value">
        <span className={classes['type']}>{preview.type}</span>
        <code>
          {preview.text}
          {preview.cut && ' …'}
        </code>
        {preview.hint !== undefined && <span>{preview.hint}</span>}
      </p>
    )
  if (preview.kind === 'error')
    return (
      <p className={classes['preview']} data-kind="error">
        {sentence(preview.message, preview.hint)}
      </p>
    )
  if (!hasSample)
    return (
      <p className={classes['preview']}>No data to try it on yet: once there is a run, its value shows.</p>
    )
  return (
    <p className={classes['preview']} data-kind="nothing">
      {sentence('Gives nothing on this data', preview.hint)}
    </p>
  )
}

const sentence = (message: string, hint: string | undefined): string =>
  hint === undefined ? message : `${message}: ${hint}`
