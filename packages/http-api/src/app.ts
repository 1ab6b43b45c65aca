import { MillraceError } from '@millrace/contracts'
import fastify, { type FastifyBaseLogger, type FastifyInstance, LogController } from 'fastify'
import { validatorCompiler, type ZodTypeProvider } from 'fastify-type-provider-zod'
import { type Authenticate, useAuthentication } from './authentication.js'
import { sendProblem, useProblemErrors } from './errors/reply.js'
import { toMillraceError } from './errors/to-millrace-error.js'
import { useExpectations } from './expectation.js'
import { useSecurityHeaders } from './headers.js'
import { useJsonBodies } from './json/body-parser.js'
import { serializerCompiler } from './json/serializer.js'
import { useNotFound } from './not-found.js'
import { requestIdOf } from './request-id.js'
import { requirePermissions } from './routes.js'
import { answerBrokenRequest, refuseTunnels } from './socket-answers.js'
import { endUnusedConnections } from './unused-connections.js'

/** What `createApp` needs of the metrics: one observation a request. */
export interface HttpMetrics {
  observeRequest(request: {
    readonly method: string
    /** The route's pattern, so that ids do not become labels; `unmatched` for 404s. */
    readonly route: string
    readonly status: number
    readonly seconds: number
  }): void
}

/** What `createApp` needs of the log of requests. */
export interface RequestLog {
  write(
    line: {
      readonly requestId: string
      readonly method: string
      /** As in `HttpMetrics`. */
      readonly route: string
      readonly status: number
      /** Milliseconds. */
      readonly ms: number
    },
    level: 'info' | 'debug',
  ): void
}

export interface AppOptions {
  /** The service's name: on its log lines and in the API's title. */
  readonly name: string
  readonly logger?: FastifyBaseLogger
  readonly authenticate: Authenticate
  readonly metrics?: HttpMetrics
  /** Told of every request that was answered, or broken off by its caller. */
  readonly requests?: RequestLog
  /** Whose `X-Forwarded-*` to believe: `false` (default) nobody's, else the proxies' CIDRs, or everybody's. */
  readonly trustProxy?: boolean | string | readonly string[]
}

const ONE_MIB = 1024 * 1024
/** Milliseconds. Longer than the 60 s of common proxies, which must be the ones to close an idle connection. */
const KEEP_ALIVE = 72_000
/** Milliseconds for a request to arrive whole; says nothing about how long its answer may take. */
const REQUEST_TIMEOUT = 60_000

/**
 * An HTTP app with the rules every service shares: JSON in, problem documents out, a declared permission on
 * every route, security headers, request ids. Services mount their plugins on it; several may share one.
 */
export const createApp = (options: AppOptions): FastifyInstance => {
  const app = fastify({
    ...(options.logger === undefined
      ? {}
      : { loggerInstance: options.logger.child({ service: options.name }) }),
    // Its lines hold whole URLs, whose query may hold a webhook's key (I8).
    logController: new LogController({ disableRequestLogging: true }),
    // Node's own refusal has no body: see refuseWithoutHost.
    http: { requireHostHeader: false },
    bodyLimit: ONE_MIB,
    keepAliveTimeout: KEEP_ALIVE,
    requestTimeout: REQUEST_TIMEOUT,
    forceCloseConnections: 'idle',
    trustProxy: toTrustProxy(options.trustProxy),
    genReqId: requestIdOf,
    routerOptions: { maxParamLength: 512 },
    // A malformed URL never reaches the hooks nor the error handler.
    frameworkErrors: (error, request, reply) => {
      sendProblem(toMillraceError(error), request, reply)
    },
    clientErrorHandler: answerBrokenRequest,
  })
  app.setValidatorCompiler(validatorCompiler)
  app.setSerializerCompiler(serializerCompiler)
  requirePermissions(app)
  useSecurityHeaders(app)
  useExpectations(app)
  refuseTunnels(app)
  refuseWithoutHost(app)
  refuseNulInUrl(app)
  useAuthentication(app, options.authenticate)
  useJsonBodies(app)
  useProblemErrors(app)
  useNotFound(app)
  endUnusedConnections(app)
  observeRequests(app, options)
  return app
}

const toTrustProxy = (trust: AppOptions['trustProxy']): boolean | string | string[] =>
  trust === undefined ? false : typeof trust === 'object' ? [...trust] : trust

/** RFC 9112, 3.2: a request of HTTP/1.1 says whom it is for. */
const refuseWithoutHost = (app: FastifyInstance): void => {
  app.addHook('onRequest', async ({ raw }) => {
    if (raw.httpVersion === '1.1' && raw.headers.host === undefined)
      throw new MillraceError('INVALID_REQUEST', 'The request has no Host header')
  })
}

/** No text column of Postgres takes a NUL, and nothing here is named with one. */
const refuseNulInUrl = (app: FastifyInstance): void => {
  app.addHook('onRequest', async (request) => {
    if (request.url.includes('%00'))
      throw new MillraceError('INVALID_REQUEST', 'The URL holds a NUL character')
  })
}

const observeRequests = (app: FastifyInstance, { metrics, requests }: AppOptions): void => {
  if (metrics === undefined && requests === undefined) return
  app.addHook('onResponse', (request, reply, done) => {
    const { method } = request
    const route = request.is404 ? 'unmatched' : (request.routeOptions.url ?? 'unmatched')
    const status = reply.statusCode
    const ms = reply.elapsedTime
    metrics?.observeRequest({ method, route, status, seconds: ms / 1000 })
    requests?.write({ requestId: request.id, method, route, status, ms }, isProbe(route) ? 'debug' : 'info')
    done()
  })
}

/** What asks every few seconds, for ever. */
const isProbe = (route: string): boolean => route.startsWith('/health/') || route === '/metrics'

/** A scope whose handlers take their types from their routes' zod schemas. */
export const typed = (scope: FastifyInstance) => scope.withTypeProvider<ZodTypeProvider>()
