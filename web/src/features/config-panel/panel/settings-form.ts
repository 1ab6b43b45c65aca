import { type JsonObject, node } from '@millrace/contracts'
import { z } from 'zod'
import { describeForm } from '../../../components/schema-form/model/describe-form.js'
import type { Field } from '../../../components/schema-form/model/field.js'
import type { PanelNode } from '../panel-document.js'

/** What every node can be told apart from its params, from the contract of nodes. */

const members = node.pick({ retry: true, timeoutMs: true, onError: true, onCrash: true, join: true })
const schema = z.json().parse(z.toJSONSchema(members, { io: 'input', unrepresentable: 'any' }))

const TEXTS: Readonly<Record<string, { readonly title: string; readonly help?: string }>> = {
  retry: { title: 'Retry' },
  maxAttempts: { title: 'Attempts in all', help: 'The first one counts.' },
  backoff: { title: 'Wait between attempts' },
  delayMs: { title: 'First wait in milliseconds' },
  maxDelayMs: { title: 'Longest wait in milliseconds' },
  jitter: { title: 'Jitter', help: 'Spreads retries, so that many do not come at once.' },
  timeoutMs: { title: 'Timeout of an attempt in milliseconds' },
  onError: {
    title: 'When it fails',
    help: 'End the run, go on with the error as output, or leave by the error port.',
  },
  onCrash: {
    title: 'When its worker dies',
    help: 'Try again with the same idempotency key, or fail and never repeat.',
  },
  join: {
    title: 'Start when',
    help: 'All branches that lead here have come to an end, or any of them has arrived.',
  },
}

const named = (field: Field): Field => {
  const { title, help } = TEXTS[field.name] ?? { title: field.title }
  const text = { title, help: help ?? field.help, templates: false }
  return field.kind === 'group'
    ? { ...field, ...text, fields: field.fields.map(named) }
    : { ...field, ...text }
}

const ALL = describeForm(schema, false).map(named)
/** A trigger does not execute, so nothing of this matters to it. */
export const settingsFields = (isTrigger: boolean): readonly Field[] => (isTrigger ? [] : ALL)

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
