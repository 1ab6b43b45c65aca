import type { CredentialData, Definition, DefinitionProblem, Json, JsonObject } from '@millrace/contracts'
import { describeNodeTypes } from '@millrace/nodes'
import { z } from 'zod'

/** A place in a definition that names a credential. */
export interface CredentialReference {
  /** RFC 6901 JSON pointer into the definition. */
  readonly pointer: string
  readonly name: string
  readonly types: readonly CredentialData['type'][]
}

/** What of a params schema says where credentials are named. */
const paramsSchema = z.object({
  control: z.string().optional(),
  credentialType: z.array(z.enum(['secret', 'basic', 'bearer', 'header', 'postgres'])).optional(),
  get properties() {
    return z.record(z.string(), paramsSchema).optional()
  },
  get anyOf() {
    return z.array(paramsSchema).optional()
  },
  get oneOf() {
    return z.array(paramsSchema).optional()
  },
})
type ParamsSchema = z.infer<typeof paramsSchema>

const schemas: ReadonlyMap<string, ParamsSchema> = new Map(
  describeNodeTypes().map((type) => [type.type, paramsSchema.parse(type.params)]),
)

/** Every credential that a definition names, as its node types declare them. */
export const credentialReferences = (definition: Definition): CredentialReference[] =>
  definition.nodes.flatMap((node, index) => {
    const schema = schemas.get(node.type)
    if (schema === undefined) return []
    const found = referencesIn(schema, node.params, `/nodes/${index}/params`)
    // The variants of a union may each lead to the same place.
    return [...new Map(found.map((reference) => [reference.pointer, reference])).values()]
  })

const referencesIn = (
  schema: ParamsSchema,
  value: Json | undefined,
  pointer: string,
): CredentialReference[] => {
  if (value === undefined) return []
  if (schema.control === 'credential' && typeof value === 'string')
    return [{ pointer, name: value, types: schema.credentialType ?? [] }]
  const variants = [...(schema.anyOf ?? []), ...(schema.oneOf ?? [])]
  return [
    ...variants.flatMap((variant) => referencesIn(variant, value, pointer)),
    ...Object.entries(schema.properties ?? {}).flatMap(([key, member]) =>
      isObject(value) ? referencesIn(member, value[key], `${pointer}/${key}`) : [],
    ),
  ]
}

const isObject = (value: Json): value is JsonObject =>
  value !== null && typeof value === 'object' && !Array.isArray(value)

/** @param existing the types of the workspace's credentials, by name. */
export const missingCredentials = (
  references: readonly CredentialReference[],
  existing: ReadonlyMap<string, string>,
): DefinitionProblem[] =>
  references.flatMap(({ pointer, name, types }) => {
    const type = existing.get(name)
    if (type !== undefined && (types.length === 0 || types.some((wanted) => wanted === type))) return []
    return [
      {
        pointer,
        code: 'MISSING_CREDENTIAL' as const,
        message:
          type === undefined
            ? `this workspace has no credential named ${JSON.stringify(name)}`
            : `The credential ${JSON.stringify(name)} is of type ${type}, not ${types.join(' or ')}`,
        hint: 'Create the credential, or name another one.',
      },
    ]
  })
