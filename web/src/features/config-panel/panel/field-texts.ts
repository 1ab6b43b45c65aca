import type { Field } from '../../../components/schema-form/model/field.js'

/** What people read instead of the name of a member, by that name: contracts have none. */
export type FieldTexts = Readonly<Record<string, { readonly title: string; readonly help?: string }>>

export const inWords = (fields: readonly Field[], texts: FieldTexts): readonly Field[] =>
  fields.map((field) => {
    const { title = field.title, help = field.help } = texts[field.name] ?? {}
    const named = { ...field, title, help }
    return named.kind === 'group' ? { ...named, fields: inWords(named.fields, texts) } : named
  })
