import type { Json } from '@millrace/contracts'
import { json } from '@millrace/contracts'
import { z } from 'zod'

/**
 * What forms read of a JSON Schema 2020-12, as node types describe their params: the type of each field, and the
 * `title`, `control` and so on beside it. Other keywords are the server's to check.
 */
export interface JsonSchema {
  readonly type?: string | readonly string[] | undefined
  readonly title?: string | undefined
  readonly description?: string | undefined
  readonly default?: Json | undefined
  readonly const?: Json | undefined
  readonly enum?: readonly Json[] | undefined
  readonly minimum?: number | undefined
  readonly maximum?: number | undefined
  readonly format?: string | undefined
  readonly properties?: Readonly<Record<string, JsonSchema>> | undefined
  readonly required?: readonly string[] | undefined
  readonly additionalProperties?: boolean | JsonSchema | undefined
  readonly items?: JsonSchema | undefined
  readonly anyOf?: readonly JsonSchema[] | undefined
  readonly oneOf?: readonly JsonSchema[] | undefined
  /** Which control shows it: text, json, code, expression, credential. */
  readonly control?: string | undefined
  readonly language?: string | undefined
  /** Source text that is never resolved as a template. */
  readonly raw?: boolean | undefined
  /** One JSONata expression. */
  readonly expression?: boolean | undefined
  /** `url`: values of a template are encoded for where they stand. */
  readonly template?: string | undefined
  readonly credentialType?: readonly string[] | undefined
}

const schema: z.ZodType<JsonSchema> = z.lazy(() =>
  z.object({
    type: z.union([z.string(), z.array(z.string())]).optional(),
    title: z.string().optional(),
    description: z.string().optional(),
    default: json.optional(),
    const: json.optional(),
    enum: z.array(json).optional(),
    minimum: z.number().optional(),
    maximum: z.number().optional(),
    format: z.string().optional(),
    properties: z.record(z.string(), schema).optional(),
    required: z.array(z.string()).optional(),
    additionalProperties: z.union([z.boolean(), schema]).optional(),
    items: schema.optional(),
    anyOf: z.array(schema).optional(),
    oneOf: z.array(schema).optional(),
    control: z.string().optional(),
    language: z.string().optional(),
    raw: z.boolean().optional(),
    expression: z.boolean().optional(),
    template: z.string().optional(),
    credentialType: z.array(z.string()).optional(),
  }),
)

/** What cannot be read as a schema takes any value. */
export const parseJsonSchema = (value: Json): JsonSchema => schema.safeParse(value).data ?? {}
