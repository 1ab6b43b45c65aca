import { Compartment, EditorState } from '@codemirror/state'
import { EditorView } from '@codemirror/view'
import { useEffect, useLayoutEffect, useRef } from 'react'
import classes from './code-editor.module.css'
import {
  attributes,
  type CompletionSource,
  completions,
  type Language,
  languageOf,
  setup,
} from './extensions.js'

export interface CodeMirrorProps {
  readonly value: string
  readonly language: Language
  /** Ids of what names and describes it. */
  readonly labelledBy: string
  readonly describedBy?: string | undefined
  readonly invalid?: boolean
  readonly readOnly?: boolean
  readonly autoFocus?: boolean
  /** One line: Enter and pasted line breaks stay out. */
  readonly singleLine?: boolean
  readonly minLines?: number
  readonly onChange?: (value: string) => void
  /** Asked at every keystroke; the latest one given counts. */
  readonly complete?: CompletionSource
}

/** Behind the first opening braces and the blank that follows them; else at the end. */
const whereToGoOn = (text: string): number => {
  const braces = /\{\{ ?/.exec(text)
  return braces === null ? text.length : braces.index + braces[0].length
}

/** See CodeEditor, which loads this when it is needed. */
const CodeMirror = (props: CodeMirrorProps) => {
  const host = useRef<HTMLDivElement>(null)
  const view = useRef<EditorView | null>(null)
  const latest = useRef(props)
  const attributesOf = useRef(new Compartment())
  useLayoutEffect(() => {
    latest.current = props
  })

  useEffect(() => {
    if (host.current === null) return
    const created = new EditorView({
      parent: host.current,
      state: EditorState.create({
        doc: props.value,
        extensions: [
          setup(props),
          languageOf(props.language),
          completions((text, position) => latest.current.complete?.(text, position)),
          attributesOf.current.of(attributes(props)),
          EditorView.updateListener.of((update) => {
            if (update.docChanged) latest.current.onChange?.(update.state.doc.toString())
          }),
        ],
      }),
    })
    view.current = created
    if (props.autoFocus === true) {
      created.focus()
      created.dispatch({ selection: { anchor: whereToGoOn(props.value) } })
    }
    return () => created.destroy()
  }, [])

  useEffect(() => {
    const editor = view.current
    if (editor === null || editor.state.doc.toString() === props.value) return
    editor.dispatch({ changes: { from: 0, to: editor.state.doc.length, insert: props.value } })
  }, [props.value])

  const { labelledBy, describedBy, invalid, readOnly } = props
  useEffect(() => {
    const next = attributes({
      labelledBy,
      describedBy,
      ...(invalid === undefined ? {} : { invalid }),
      ...(readOnly === undefined ? {} : { readOnly }),
    })
    view.current?.dispatch({ effects: attributesOf.current.reconfigure(next) })
  }, [labelledBy, describedBy, invalid, readOnly])

  return (
    <div
      ref={host}
      className={classes['editor']}
      data-invalid={invalid || undefined}
      style={{ minHeight: (props.minLines ?? 1) * 20 + 14 }}
    />
  )
}

export default CodeMirror
