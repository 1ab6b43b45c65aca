import {
  ERROR_PORT,
  type Json,
  type JsonObject,
  MAIN_PORT,
  type NodeTypeDescriptor,
} from '@millrace/contracts'
import { isObject, memberOf } from './layout.js'

/**
 * The outlets of a node: the ports of its type, or those its params name where the schema marks a text with `port`, or
 * gives the `ports` of each value; and the error port when its failures are routed. An unknown type has the main port.
 */
export const portsOf = (
  type: NodeTypeDescriptor | undefined,
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
