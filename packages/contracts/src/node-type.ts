import { z } from 'zod'
import { json } from './json/value.js'

/** What a step does to the outside: `pure` nothing, `read` looks, `write` changes (the default). */
export const effect = z.enum(['pure', 'read', 'write'])
export type Effect = z.infer<typeof effect>

/** A node type as plain data: what the API lists, and what forms, completion and docs are made from. */
export const nodeTypeDescriptor = z.object({
  type: z.string(),
  version: z.int(),
  title: z.string(),
  description: z.string(),
  category: z.enum(['trigger', 'flow', 'transform', 'network', 'data', 'human', 'other']),
  icon: z.string(),
  trigger: z.boolean(),
  /** Its nodes have a `body`. */
  container: z.boolean(),
  /** Fixed ports, or null where they depend on the params (`flow.switch`). */
  ports: z.array(z.string()).nullable(),
  /** It takes what the steps right before give, by their ids: which nodes lead to it is part of what it does. */
  readsInputs: z.boolean(),
  effect: z.union([effect, z.literal('dynamic')]),
  /** JSON Schema of the params and of the output. */
  params: json,
  output: json,
})
export type NodeTypeDescriptor = z.infer<typeof nodeTypeDescriptor>
