import { type JsonObject, node } from '@millrace/contracts'
import { NODE_TITLES } from '@millrace/engine'
import type { Field } from '../../../components/schema-form/model/field.js'
import type { PanelNode } from '../panel-document.js'
import { fieldsInWords } from './field-texts.js'

/** What every node can be told apart from its params, from the contract of nodes. */

const members = node.pick({
  retry: true,
  timeoutMs: true,
  onError: true,
  onCrash: true,
  join: true,
  compensate: true,
})

const HELP: Readonly<Record<string, string>> = {
  maxAttempts: 'The first one counts.',
  jitter: 'Spreads retries, so that many do not come at once.',
  onError: 'End the run, go on with the error as output, or leave by the error port.',
  onCrash: 'Try again with the same idempotency key, or fail and never repeat.',
  join: 'All branches that lead here have come to an end, or any of them has arrived.',
  compensate:
    'Runs when the run fails after this node has completed, or when somebody undoes the run. It stands apart: a node without edges, of this one alone.',
}

const ALL = fieldsInWords(members, NODE_TITLES, HELP)

/** `undoers`: ids of the nodes that may undo this one. A trigger does not execute, so nothing of this matters to it. */
export const settingsFields = (isTrigger: boolean, undoers: readonly string[]): readonly Field[] =>
  isTrigger ? [] : ALL.map((field) => (field.name === 'compensate' ? choiceOf(field, undoers) : field))

const choiceOf = (
  { name, title, help, required, fallback, templates, isList, template }: Field,
  options: readonly string[],
): Field => ({ kind: 'choice', name, title, help, required, fallback, templates, isList, template, options })

export const settingsOf = (panelNode: PanelNode): JsonObject =>
  Object.fromEntries(
    ALL.flatMap(({ name }) => {
      const value = panelNode[name]
      return value === undefined ? [] : [[name, value]]
    }),
  )

/** The node with these settings: what is left out of them is left out of it. */
export const withSettings = (panelNode: PanelNode, settings: JsonObject): PanelNode => {
  const names = new Set(ALL.map(({ name }) => name))
  const rest = Object.entries(panelNode).filter(([name]) => !names.has(name))
  const { id, type, params } = panelNode
  return { ...Object.fromEntries(rest), id, type, params, ...settings }
}
