import { definition, settings } from '@millrace/contracts'
import { WORKFLOW_TITLES } from '@millrace/engine'
import type { z } from 'zod'
import type { Field } from '../../../components/schema-form/model/field.js'
import { fieldsInWords } from '../panel/field-texts.js'

/** What a workflow can be told beside its nodes and edges, from the contract of definitions. */

const HELP: Readonly<Record<string, string>> = {
  description: 'For people. Changes nothing of what runs.',
  vars: 'What expressions read as `vars`, by name. Values are JSON.',
  timeoutMs: 'From its start, waits included, pauses not.',
  responseTimeoutMs: 'How long a caller that waits for the result is kept waiting.',
  priority: 'Of runs that wait for a worker. What waits long moves up.',
  perMs: 'No window of this length holds more starts.',
  waitMs: 'A run begins when none has come after it for so long. The others end as cancelled.',
  maxWaitMs: 'From the first of them: then the last one begins in any case.',
  key: 'An expression over `trigger`, `run`, `workflow` and `vars`: runs with the same value count together. Left out, all runs do.',
}

const PROSE: ReadonlySet<string> = new Set(['description'])
const TEMPLATES: ReadonlySet<string> = new Set(['key'])

const shaped = (fields: readonly Field[]): readonly Field[] =>
  fields.map((field) => {
    if (field.kind === 'group') return { ...field, fields: shaped(field.fields) }
    if (field.kind !== 'text') return field
    return { ...field, multiline: PROSE.has(field.name), templates: TEMPLATES.has(field.name) }
  })

const fieldsOf = (members: z.ZodType): readonly Field[] =>
  shaped(fieldsInWords(members, WORKFLOW_TITLES, HELP))

/** Of the definition itself. */
export const ABOUT_FIELDS = fieldsOf(definition.pick({ description: true, vars: true }))
/** Of its `settings`. `sla` is kept where a definition has it, and not offered before anything acts on it. */
export const SETTINGS_FIELDS = fieldsOf(settings.omit({ sla: true }))
