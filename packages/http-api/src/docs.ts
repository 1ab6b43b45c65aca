import swagger from '@fastify/swagger'
import swaggerUi from '@fastify/swagger-ui'
import type { FastifyInstance } from 'fastify'
import { createJsonSchemaTransform, jsonSchemaTransformObject } from 'fastify-type-provider-zod'
import { z } from 'zod'
import { declareForAll, type RoutePermission } from './routes.js'

/** The page needs styles written by its script; scripts come from this origin only. */
const DOCS_CSP =
  "default-src 'self'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; " +
  "connect-src 'self'; object-src 'none'; base-uri 'none'; frame-ancestors 'none'"

const problem = z.looseObject({
  type: z.string(),
  title: z.string(),
  status: z.int(),
  code: z.string(),
  detail: z.string(),
  hint: z.string(),
  requestId: z.string().optional(),
})

const PROBLEM_RESPONSE = {
  description: 'Any error: an RFC 9457 problem document with a stable code and a hint',
  content: { 'application/problem+json': { schema: problem } },
}

type Transform = ReturnType<typeof createJsonSchemaTransform>
const toJsonSchema = createJsonSchemaTransform({})

/** Adds to each operation what every route has: its name, the problem answer, and the permission it asks for. */
const transform: Transform = (document) => {
  const { schema, route, url } = document
  if (schema === undefined || schema.hide === true) return toJsonSchema(document)
  const permission: RoutePermission | undefined = route.config?.permission
  const described = {
    ...schema,
    operationId: operationId(String(route.method), url),
    response: { ...(schema.response ?? {}), default: PROBLEM_RESPONSE },
    description: describe(schema.description, permission),
    security: permission === 'public' || permission === 'webhook' ? [] : [{ bearer: [] }],
  }
  return nameTheRest(toJsonSchema({ ...document, schema: described }))
}

/** `POST /api/v1/runs/:id/cancel` is `postRunsByIdCancel`. */
const operationId = (method: string, url: string): string => {
  const words = url
    .replace(/^\/api\/v\d+/, '')
    .replaceAll('*', REST)
    .replaceAll(':', 'by-')
    .split(/[^A-Za-z0-9]+/)
  return method.toLowerCase() + words.map((word) => word.charAt(0).toUpperCase() + word.slice(1)).join('')
}

/** What a path ends in where its route ends in `*`, which OpenAPI has no word for. */
const REST = 'rest'

const nameTheRest = (document: ReturnType<Transform>): ReturnType<Transform> => {
  if (!document.url.endsWith('*')) return document
  const params = document.schema.params as { properties: Record<string, unknown>; required?: string[] }
  const { '*': rest, ...properties } = params.properties
  return {
    url: document.url.replace('*', `:${REST}`),
    schema: {
      ...document.schema,
      params: {
        ...params,
        properties: { ...properties, [REST]: rest },
        required: params.required?.map((name) => (name === '*' ? REST : name)),
      },
    },
  }
}

const describe = (text: string | undefined, permission: RoutePermission | undefined): string =>
  [text, `Permission: \`${permission ?? 'none'}\`.`].filter((part) => part !== undefined).join('\n\n')

export interface DocsOptions {
  readonly title: string
  readonly version: string
}

/**
 * OpenAPI 3.1 at /api/openapi.json and an interactive page at /api/docs, both public. Call it before the
 * routes are mounted: only later ones are described.
 */
export const registerDocs = async (app: FastifyInstance, { title, version }: DocsOptions): Promise<void> => {
  await app.register(swagger, {
    openapi: {
      openapi: '3.1.0',
      info: { title, version },
      servers: [{ url: '/' }],
      // Operations that need none say so themselves.
      security: [{ bearer: [] }],
      components: { securitySchemes: { bearer: { type: 'http', scheme: 'bearer', bearerFormat: 'JWT' } } },
    },
    hideUntagged: false,
    transform,
    // Schemas that contain themselves have names, and stand here under them.
    transformObject: jsonSchemaTransformObject,
  })
  await app.register(async (scope) => {
    declareForAll(scope, 'public')
    scope.get('/api/openapi.json', { schema: { hide: true } }, async () => app.swagger())
    await scope.register(swaggerUi, {
      routePrefix: '/api/docs',
      staticCSP: DOCS_CSP,
      uiConfig: { docExpansion: 'list', persistAuthorization: false },
    })
  })
}
