import {
  acceptCompletion,
  autocompletion,
  type CompletionContext,
  closeBrackets,
  closeBracketsKeymap,
  completionKeymap,
  completionStatus,
  startCompletion,
} from '@codemirror/autocomplete'
import { defaultKeymap, history, historyKeymap } from '@codemirror/commands'
import { javascript } from '@codemirror/lang-javascript'
import { json } from '@codemirror/lang-json'
import { bracketMatching, syntaxHighlighting } from '@codemirror/language'
import { EditorState, type Extension, Prec } from '@codemirror/state'
import { EditorView, keymap } from '@codemirror/view'
import { highlightStyle } from './highlight-style.js'
import { templateMarks } from './template-marks.js'

export type Language = 'json' | 'javascript' | 'sql' | 'expression' | 'template' | 'text'

export interface CompletionItem {
  readonly text: string
  readonly detail: string
  readonly kind: 'member' | 'function'
}

/** What may stand at a position of the text, and where what is already typed begins. */
export type CompletionSource = (
  text: string,
  position: number,
) => { readonly from: number; readonly suggestions: readonly CompletionItem[] } | undefined

interface SetupOptions {
  readonly singleLine?: boolean
}

export const setup = ({ singleLine }: SetupOptions): Extension => [
  history(),
  closeBrackets(),
  bracketMatching(),
  syntaxHighlighting(highlightStyle),
  EditorView.lineWrapping,
  // Tab leaves the editor, as it leaves any field, unless a completion is being offered.
  Prec.highest(
    keymap.of([
      { key: 'Tab', run: (view) => completionStatus(view.state) === 'active' && acceptCompletion(view) },
    ]),
  ),
  keymap.of([...closeBracketsKeymap, ...completionKeymap, ...historyKeymap, ...defaultKeymap]),
  singleLine === true ? oneLine : [],
]

const oneLine: Extension = EditorState.transactionFilter.of((transaction) =>
  transaction.newDoc.lines > 1 ? [] : transaction,
)

export const languageOf = (language: Language): Extension => {
  switch (language) {
    case 'json':
      return [json(), templateMarks]
    case 'javascript':
      return javascript()
    case 'template':
      return templateMarks
    default:
      return []
  }
}

export const completions = (source: CompletionSource): Extension => [
  autocompletion({
    override: [(context) => toResult(context, source)],
    icons: false,
    activateOnTyping: true,
  }),
  // A dot opens the members of what stands before it.
  EditorView.updateListener.of((update) => {
    const typed = update.transactions.some((each) => each.isUserEvent('input.type'))
    const { head } = update.state.selection.main
    if (typed && update.state.sliceDoc(head - 1, head) === '.') startCompletion(update.view)
  }),
]

const toResult = (context: CompletionContext, source: CompletionSource) => {
  const found = source(context.state.doc.toString(), context.pos)
  if (found === undefined || found.suggestions.length === 0) return null
  if (found.from === context.pos && !context.explicit && !followsDot(context)) return null
  return {
    from: found.from,
    options: found.suggestions.map(({ text, detail, kind }) => ({
      label: text,
      detail,
      type: kind === 'function' ? 'function' : 'property',
    })),
  }
}

const followsDot = ({ state, pos }: CompletionContext): boolean => state.sliceDoc(pos - 1, pos) === '.'

interface AttributeOptions {
  readonly labelledBy: string
  readonly describedBy?: string | undefined
  readonly invalid?: boolean
  readonly readOnly?: boolean
}

export const attributes = (options: AttributeOptions): Extension => [
  EditorState.readOnly.of(options.readOnly ?? false),
  EditorView.contentAttributes.of({
    'aria-labelledby': options.labelledBy,
    ...(options.describedBy === undefined ? {} : { 'aria-describedby': options.describedBy }),
    ...(options.invalid === true ? { 'aria-invalid': 'true' } : {}),
    ...(options.readOnly === true ? { 'aria-readonly': 'true' } : {}),
  }),
]
