import type { Json } from '@millrace/contracts'
import { z } from 'zod'
import { isTemplate } from './templates.js'

/** Where a list stands in params: keys and indices from the outside in. */
type Place = readonly (string | number)[]

/**
 * Whatever a template gives where a node type wants a list is one. JSONata makes no difference between a value and a
 * list of just that value, and gives nothing for a list of none: so a lone value is a list of one, and nothing, or
 * null, the empty list. `given` are the params as the author wrote them: what is no template is taken as it is.
 * Undefined where no template stands for a list.
 */
export function listReader(schema: z.ZodType, given: Json): ((resolved: Json) => Json) | undefined {
  const places = listPlaces(schema, given)
  if (places.length === 0) return undefined
  return (resolved) => places.reduce((value: Json, place) => withList(value, place), resolved)
}

function listPlaces(schema: unknown, given: Json | undefined, place: Place = []): Place[] {
  if (given === undefined) return []
  if (schema instanceof z.ZodOptional || schema instanceof z.ZodDefault || schema instanceof z.ZodPrefault)
    return listPlaces(schema.unwrap(), given, place)
  if (schema instanceof z.ZodArray) {
    if (isTemplate(given)) return [place]
    const items = Array.isArray(given) ? given : []
    return items.flatMap((item, index) => listPlaces(schema.element, item, [...place, index]))
  }
  if (schema instanceof z.ZodObject && isObject(given))
    return Object.entries(schema.shape).flatMap(([key, field]) =>
      listPlaces(field, given[key], [...place, key]),
    )
  return []
}

/** Copies what it changes: a resolved value may be the output of a step. */
function withList(value: Json, [key, ...rest]: Place): Json {
  if (key === undefined) return toList(value)
  if (Array.isArray(value)) return value.map((item, index) => (index === key ? withList(item, rest) : item))
  return isObject(value) ? { ...value, [key]: withList(value[key] ?? null, rest) } : value
}

const toList = (value: Json): Json[] => (Array.isArray(value) ? value : value === null ? [] : [value])

const isObject = (value: Json): value is { [key: string]: Json } =>
  value !== null && typeof value === 'object' && !Array.isArray(value)
