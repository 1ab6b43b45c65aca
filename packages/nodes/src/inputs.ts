import type { Json } from '@millrace/contracts'
import type { NodeContext } from './define.js'

/** Outputs by node id; a step without an output counts as null. Node ids are never reserved names. */
export const outputsByNode = (inputs: NodeContext['inputs']): { [node: string]: Json } =>
  Object.fromEntries(inputs.map(({ node, output }) => [node, output ?? null]))
