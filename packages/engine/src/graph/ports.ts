import {
  ERROR_PORT,
  type Json,
  type JsonObject,
  MAIN_PORT,
  type NodeTypeDescriptor,
} from '@millrace/contracts'

/**
 * The ports of a node, the one rule for validation, canvas and panel: those of its type, or those its params name where
 * the schema marks a text with `port`, or gives the `ports` of each value; and the error port when its failures are
 * routed (`onError: 'route'`). An unknown type has the main port. Params may be unresolved templates, or faulty.
 */
export const portsOf = (
  type: Pick<NodeTypeDescriptor, 'ports' | 'params'> | undefined,
  params: JsonObject,
  onError: Json | undefined,
): readonly string[] => {
  const own = type === undefined ? [MAIN_PORT] : (type.ports ?? portsNamedBy(type.params, params))
  return [...new Set(onError === 'route' ? [...own, ERROR_PORT] : own)]
}

const portsNamedBy = (schema: Json | undefined, value: Json | undefined): string[] => {
  const given = value ?? memberOf(schema, 'default')
  if (memberOf(schema, 'port') === true) return typeof given === 'string' ? [given] : []
  const ofValues = memberOf(schema, 'ports')
  if (isObject(ofValues)) {
    // What is no value yet, such as an expression, is taken for the default.
    const of = (value: Json | undefined) =>
      typeof value === 'string' ? memberOf(ofValues, value) : undefined
    const ports = of(given) ?? of(memberOf(schema, 'default'))
    return Array.isArray(ports) ? ports.filter((name) => typeof name === 'string') : []
  }
  if (Array.isArray(given)) return given.flatMap((item) => portsNamedBy(memberOf(schema, 'items'), item))
  const properties = memberOf(schema, 'properties')
  if (!isObject(properties)) return []
  return Object.entries(properties).flatMap(([name, property]) =>
    portsNamedBy(property, memberOf(given, name)),
  )
}

const isObject = (value: Json | undefined): value is JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

const memberOf = (value: Json | undefined, name: string): Json | undefined =>
  isObject(value) && Object.hasOwn(value, name) ? value[name] : undefined
