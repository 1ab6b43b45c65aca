import { definition, settings } from '@millrace/contracts'
import type { z } from 'zod'
import type { Field } from '../../../components/schema-form/model/field.js'
import { type FieldTexts, fieldsInWords } from '../panel/field-texts.js'

/** What a workflow can be told beside its nodes and edges, from the contract of definitions. */

const TEXTS: FieldTexts = {
  description: { title: 'Description', help: 'For people. Changes nothing of what runs.' },
  vars: { title: 'Variables', help: 'What expressions read as `vars`, by name. Values are JSON.' },
  timeoutMs: {
    title: 'Timeout of a run in milliseconds',
    help: 'From its start, waits included, pauses not.',
  },
  responseTimeoutMs: {
    title: 'Longest answer to a webhook in milliseconds',
    help: 'How long a caller that waits for the result is kept waiting.',
  },
  priority: { title: 'Priority', help: 'Of runs that wait for a worker. What waits long moves up.' },
  concurrency: { title: 'Limit of runs at a time' },
  limit: { title: 'Runs at a time' },
  rateLimit: { title: 'Limit of starts in a time' },
  runs: { title: 'Starts' },
  perMs: { title: 'Within milliseconds', help: 'No window of this length holds more starts.' },
  debounce: { title: 'Collapse of starts that come close together' },
  waitMs: {
    title: 'Quiet time in milliseconds',
    help: 'A run begins when none has come after it for so long. The others end as cancelled.',
  },
  maxWaitMs: {
    title: 'Longest wait in milliseconds',
    help: 'From the first of them: then the last one begins in any case.',
  },
  key: {
    title: 'For each',
    help: 'An expression over `trigger`, `run`, `workflow` and `vars`: runs with the same value count together. Left out, all runs do.',
  },
  whenFull: { title: 'A run that finds no place' },
  maxParallelSteps: { title: 'Steps of a run at a time' },
}

const PROSE: ReadonlySet<string> = new Set(['description'])
const TEMPLATES: ReadonlySet<string> = new Set(['key'])

const shaped = (fields: readonly Field[]): readonly Field[] =>
  fields.map((field) => {
    if (field.kind === 'group') return { ...field, fields: shaped(field.fields) }
    if (field.kind !== 'text') return field
    return { ...field, multiline: PROSE.has(field.name), templates: TEMPLATES.has(field.name) }
  })

const fieldsOf = (members: z.ZodType): readonly Field[] => shaped(fieldsInWords(members, TEXTS))

/** Of the definition itself. */
export const ABOUT_FIELDS = fieldsOf(definition.pick({ description: true, vars: true }))
/** Of its `settings`. `sla` is kept where a definition has it, and not offered before anything acts on it. */
export const SETTINGS_FIELDS = fieldsOf(settings.omit({ sla: true }))
