import { createHash } from 'node:crypto'
import { definition, type JsonObject, stringifyJson } from '@millrace/contracts'
import { contentHashOf } from './content-hash.js'
import { invalidDefinition, refuseTooLarge } from './problems.js'

/** A draft as it is stored. */
export interface Draft {
  readonly name: string
  readonly description: string
  /** JSON. */
  readonly text: string
  /** Equal to a version's content hash when publishing would change nothing. */
  readonly hash: string
}

const { name: nameSchema, description: descriptionSchema } = definition.shape

/** Throws INVALID_DEFINITION when it has no usable name or is too large; other problems may wait. */
export const readDraft = (input: JsonObject): Draft => {
  refuseTooLarge(input)
  const name = nameSchema.safeParse(input.name)
  if (!name.success)
    throw invalidDefinition([
      {
        pointer: '/name',
        code: 'INVALID_SHAPE',
        message: name.error.issues[0]?.message ?? 'a name is required',
        hint: 'Give the workflow a name.',
      },
    ])
  const text = stringifyJson(input)
  const parsed = definition.safeParse(input)
  return {
    name: name.data,
    description: descriptionSchema.safeParse(input.description).data ?? '',
    text,
    hash: parsed.success ? contentHashOf(parsed.data) : unpublishableHash(text),
  }
}

/** No version has such a hash: what cannot be parsed was never published. */
const unpublishableHash = (text: string): string => `draft:${createHash('sha256').update(text).digest('hex')}`
