import type { Json, JsonObject } from '@millrace/contracts'
import type { Field, FieldOf, Variant } from './field.js'
import type { JsonSchema } from './json-schema.js'
import { isObject } from './value.js'

/** The objects of a union, unions within it opened. */
export const leavesOf = (schema: JsonSchema): readonly JsonSchema[] =>
  schema.oneOf === undefined ? [schema] : schema.oneOf.flatMap(leavesOf)

/** The first member that is a constant text in all of them, and not the same in all. */
export const commonTag = (leaves: readonly JsonSchema[], known: readonly string[]): string | undefined => {
  const names = Object.keys(leaves[0]?.properties ?? {})
  return names.find((name) => {
    const values = leaves.map((leaf) => leaf.properties?.[name]?.const)
    const isTag = values.every((value) => typeof value === 'string') && new Set(values).size > 1
    return isTag && !known.includes(name)
  })
}

/** Which variant a value is; the fallback's, else the first, where the value does not say. */
export const activeVariant = (field: FieldOf<'variants'>, value: Json | undefined): Variant | undefined => {
  const named = [value, field.fallback].map((each) => (isObject(each) ? each[field.tag] : undefined))
  for (const tag of named) {
    const found = field.options.find((option) => option.value === tag)
    if (found !== undefined) return found
  }
  return field.options[0]
}

/** The value as another variant: what both have in common stays. */
export const chooseVariant = (
  field: FieldOf<'variants'>,
  value: Json | undefined,
  variant: Variant,
): JsonObject => {
  const before = isObject(value) ? value : {}
  const members = new Set(variant.fields.flatMap(memberNames))
  const inner = variant.fields.find((each) => each.kind === 'variants' && each.name === '')
  const kept = Object.entries(before).filter(([name]) => name !== field.tag && members.has(name))
  // The first variant within it, so that the form and the definition say the same.
  const start = inner?.kind === 'variants' ? { [inner.tag]: inner.options[0]?.value ?? '' } : {}
  return { [field.tag]: variant.value, ...start, ...Object.fromEntries(kept) }
}

const memberNames = (field: Field): string[] =>
  field.kind === 'variants' && field.name === ''
    ? [field.tag, ...field.options.flatMap((option) => option.fields.flatMap(memberNames))]
    : [field.name]
