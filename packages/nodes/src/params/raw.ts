import type { Json } from '@millrace/contracts'
import { z } from 'zod'
import { pointerToken } from './templates.js'

/** Names of the top-level params that are no templates: `expression` or `raw` in their meta. */
export const rawParamNames = (schema: z.ZodType): readonly string[] =>
  schema instanceof z.ZodObject
    ? Object.entries(schema.shape)
        .filter(([, field]) => isRaw(field))
        .map(([name]) => name)
    : []

/** Names of the top-level params that are URLs, in which a template's values are encoded: `template: 'url'` in their meta. */
export const urlParamNames = (schema: z.ZodType): readonly string[] =>
  schema instanceof z.ZodObject
    ? Object.entries(schema.shape)
        .filter(([, field]) => field instanceof z.ZodType && field.meta()?.template === 'url')
        .map(([name]) => name)
    : []

const isRaw = (field: unknown): boolean => {
  const meta = field instanceof z.ZodType ? field.meta() : undefined
  return meta?.expression === true || meta?.raw === true
}

export interface RawExpression {
  readonly pointer: string
  readonly text: string
}

/** The raw expressions in unresolved params, wherever the schema says `expression`. */
export const rawExpressionsIn = (schema: unknown, value: Json | undefined, pointer = ''): RawExpression[] => {
  if (!(schema instanceof z.ZodType) || value === undefined) return []
  if (schema.meta()?.expression === true) return typeof value === 'string' ? [{ pointer, text: value }] : []
  if (schema instanceof z.ZodOptional || schema instanceof z.ZodDefault)
    return rawExpressionsIn(schema.unwrap(), value, pointer)
  if (schema instanceof z.ZodArray && Array.isArray(value))
    return value.flatMap((item, i) => rawExpressionsIn(schema.element, item, pointer + pointerToken(i)))
  if (schema instanceof z.ZodDiscriminatedUnion && isObject(value))
    return schema.options
      .filter((option) => isChosen(option, value))
      .flatMap((option) => rawExpressionsIn(option, value, pointer))
  if (schema instanceof z.ZodObject && isObject(value))
    return Object.entries(schema.shape).flatMap(([key, field]) =>
      rawExpressionsIn(field, value[key], pointer + pointerToken(key)),
    )
  return []
}

/** Whether every tag of this variant is that of the value. */
const isChosen = (option: unknown, value: { readonly [key: string]: Json }): boolean =>
  option instanceof z.ZodObject &&
  Object.entries(option.shape).every(
    ([name, field]) => !(field instanceof z.ZodLiteral) || field.values.has(value[name] as never),
  )

const isObject = (value: Json): value is { [key: string]: Json } =>
  value !== null && typeof value === 'object' && !Array.isArray(value)
