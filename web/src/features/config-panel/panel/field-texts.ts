import { z } from 'zod'
import { describeForm } from '../../../components/schema-form/model/describe-form.js'
import type { Field } from '../../../components/schema-form/model/field.js'

/** What people read instead of the name of a member, by that name: contracts have none. */
export type FieldTexts = Readonly<Record<string, { readonly title: string; readonly help?: string }>>

/** The form of a contract's members, as people read it. */
export const fieldsInWords = (contract: z.ZodType, texts: FieldTexts): readonly Field[] => {
  const schema = z.json().parse(z.toJSONSchema(contract, { io: 'input', unrepresentable: 'any' }))
  return inWords(describeForm(schema, false), texts)
}

const inWords = (fields: readonly Field[], texts: FieldTexts): readonly Field[] =>
  fields.map((field) => {
    const { title = field.title, help = field.help } = texts[field.name] ?? {}
    const named = { ...field, title, help }
    return named.kind === 'group' ? { ...named, fields: inWords(named.fields, texts) } : named
  })
