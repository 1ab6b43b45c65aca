import { HighlightStyle } from '@codemirror/language'
import { tags } from '@lezer/highlight'

/** Few colours, by variables that each theme sets: see code-editor.module.css. */
export const highlightStyle = HighlightStyle.define([
  { tag: [tags.keyword, tags.operatorKeyword, tags.controlKeyword], color: 'var(--mr-code-keyword)' },
  { tag: [tags.string, tags.special(tags.string), tags.regexp], color: 'var(--mr-code-string)' },
  { tag: [tags.number, tags.bool, tags.null], color: 'var(--mr-code-number)' },
  { tag: [tags.propertyName, tags.definition(tags.propertyName)], color: 'var(--mr-code-name)' },
  { tag: [tags.comment], color: 'var(--mr-text-dim)', fontStyle: 'italic' },
])
