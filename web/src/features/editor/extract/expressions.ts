import { stringifyJson } from '@millrace/contracts'
import { mapTemplate } from '../../../components/expressions/template.js'
import type { NodeDraft } from '../document/document.js'
import { mapStrings } from '../document/references.js'
import type { NodeTypes } from '../document/rename.js'
import { holdsCode, holdsSource } from '../document/sources.js'

/** What becomes of the expressions and the scripts of a node, each by its source. */
export interface Rewriting {
  expression(source: string): string
  /** JavaScript. */
  script(code: string): string
}

export const rewriteNode = (node: NodeDraft, types: NodeTypes, rewriting: Rewriting): NodeDraft => {
  const type = types.get(node.type)
  const params = mapStrings(node.params, (text, path) => {
    if (holdsCode(type, path)) return rewriting.script(text)
    return holdsSource(type, path)
      ? rewriteCondition(text, rewriting)
      : mapTemplate(text, rewriting.expression)
  })
  return stringifyJson(params) === stringifyJson(node.params) ? node : { ...node, params }
}

/** An expression as a whole, with or without braces around it. */
export const rewriteCondition = (text: string, { expression }: Rewriting): string => {
  if (text.trimStart().startsWith('{{')) return mapTemplate(text, expression)
  return text.trim() === '' ? text : expression(text)
}
