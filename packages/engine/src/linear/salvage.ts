import type { z } from 'zod'
import { type LinearForm, linearForm } from './linear-form.js'

type Issue = z.core.$ZodIssue

export interface Salvaged {
  readonly issues: readonly Issue[]
  /** The form without what is wrong with it; undefined where too little is left of it. */
  readonly form: LinearForm | undefined
  /** Whether its nodes are worth checking: not where a type or params are missing, which would be said once more. */
  readonly isWhole: boolean
}

/** A fault may hide others of its step: what is wrong is taken away until nothing is. */
const ROUNDS = 3
/** Each copies what it stands in; who has more of them mends the shape first. */
const MOST_PLACES = 200

/** Reads a linear form, however broken: all that is wrong with its shape, and the rest. */
export function salvageLinear(input: unknown): Salvaged {
  const issues: Issue[] = []
  let left = input
  for (let round = 0; round < ROUNDS; round += 1) {
    const read = linearForm.safeParse(left)
    if (read.success) return { issues, form: read.data, isWhole: !issues.some(leavesGap) }
    issues.push(...read.error.issues)
    const places = read.error.issues.flatMap(placesOf)
    if (places.length > MOST_PLACES) break
    left = places.reduce<unknown>(without, left)
  }
  return { issues, form: undefined, isWhole: false }
}

type Path = readonly PropertyKey[]

const placesOf = (issue: Issue): Path[] =>
  issue.code === 'unrecognized_keys' ? issue.keys.map((key) => [...issue.path, key]) : [issue.path]

/** What a form must have, to be looked at any further. */
const STAND_INS: ReadonlyMap<PropertyKey, string> = new Map([
  ['name', 'linear'],
  ['type', 'log'],
])

const without = (value: unknown, [key, ...inner]: Path): unknown => {
  if (key === undefined || typeof value !== 'object' || value === null) return value
  const member: unknown = Reflect.get(value, key)
  if (Array.isArray(value))
    return value.with(Number(key), inner.length === 0 ? { type: 'log' } : without(member, inner))
  if (inner.length > 0) return { ...value, [key]: without(member, inner) }
  const { [key]: _wrong, ...rest } = value as Record<PropertyKey, unknown>
  // A number is meant as the name that others may go to.
  const standIn = key === 'id' && typeof member === 'number' ? String(member) : STAND_INS.get(key)
  return standIn === undefined ? rest : { ...rest, [key]: standIn }
}

const leavesGap = ({ code, path }: Issue): boolean => {
  const [list, , member] = path
  if (list === 'trigger') return path.length === 1 || path[1] === 'type'
  if (list !== 'steps') return false
  if (path.length === 2) return code !== 'unrecognized_keys'
  return member === 'type' || ((member === 'params' || member === 'config') && code === 'invalid_type')
}
