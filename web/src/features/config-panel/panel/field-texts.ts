import { z } from 'zod'
import { describeForm } from '../../../components/schema-form/model/describe-form.js'
import type { Field } from '../../../components/schema-form/model/field.js'

/** By the name of a member: contracts have none. */
type Texts = Readonly<Record<string, string>>

/** The form of a contract's members, as people read it. */
export const fieldsInWords = (contract: z.ZodType, titles: Texts, help: Texts): readonly Field[] => {
  const schema = z.json().parse(z.toJSONSchema(contract, { io: 'input', unrepresentable: 'any' }))
  return inWords(describeForm(schema, false), titles, help)
}

const inWords = (fields: readonly Field[], titles: Texts, help: Texts): readonly Field[] =>
  fields.map((field) => {
    const named = { ...field, title: titles[field.name] ?? field.title, help: help[field.name] ?? field.help }
    return named.kind === 'group' ? { ...named, fields: inWords(named.fields, titles, help) } : named
  })
