import type { Json, JsonObject, NodeTypeDescriptor } from '@millrace/contracts'
import { isObject, memberOf } from '../../../components/graph/layout.js'

/** Where the params of a type hold source text and credentials, by what the schema of its params says. */

/** True for a param that is an expression or code as a whole, templates or not. */
export const holdsSource = (type: NodeTypeDescriptor | undefined, path: readonly string[]): boolean =>
  schemasAt(type?.params, path).some(
    (schema) => memberOf(schema, 'expression') === true || memberOf(schema, 'control') === 'code',
  )

/** True for a param that is JavaScript. */
export const holdsCode = (type: NodeTypeDescriptor | undefined, path: readonly string[]): boolean =>
  schemasAt(type?.params, path).some((schema) => memberOf(schema, 'control') === 'code')

/** The params without what names or holds a secret: a copy may be pasted anywhere. */
export const withoutSecrets = (type: NodeTypeDescriptor | undefined, params: JsonObject): JsonObject =>
  stripObject(params, [type?.params ?? {}])

const stripObject = (value: JsonObject, schemas: readonly Json[]): JsonObject =>
  Object.fromEntries(
    Object.entries(value).flatMap(([name, member]) => {
      const inner = schemas.flatMap((schema) => step(schema, name))
      return inner.some(isSecret) || SECRET_HEADER.test(name) ? [] : [[name, strip(member, inner)] as const]
    }),
  )

const strip = (value: Json, schemas: readonly Json[]): Json => {
  if (Array.isArray(value)) {
    const items = schemas.flatMap((schema) => alternatives(memberOf(schema, 'items')))
    return value.map((item) => strip(item, items))
  }
  return isObject(value) ? stripObject(value, schemas) : value
}

const isSecret = (schema: Json): boolean => memberOf(schema, 'control') === 'credential'
/** Headers and fields in which people put tokens although there are credentials for that. */
const SECRET_HEADER =
  /^(?:authorization|proxy-authorization|cookie|x-api-key|api[-_]?key|password|secret|token)$/i

const schemasAt = (schema: Json | undefined, path: readonly string[]): Json[] =>
  path.reduce<Json[]>((schemas, name) => schemas.flatMap((each) => step(each, name)), alternatives(schema))

const step = (schema: Json, name: string): Json[] => {
  const property = memberOf(memberOf(schema, 'properties'), name)
  const next = property ?? memberOf(schema, 'items') ?? memberOf(schema, 'additionalProperties')
  return alternatives(next)
}

/** The schema itself, and every branch of a union at its place. */
const alternatives = (schema: Json | undefined): Json[] => {
  if (!isObject(schema)) return []
  const branches = [schema.oneOf, schema.anyOf, schema.allOf].flatMap((each) =>
    Array.isArray(each) ? each : [],
  )
  return [schema, ...branches.flatMap(alternatives)]
}
