import { timingSafeEqual } from 'node:crypto'
import { MillraceError } from '@millrace/contracts'
import type { FastifyInstance, FastifyRequest } from 'fastify'

export interface ProbeOptions {
  /** Each part the service needs: `ok`, or what is wrong with it. Must not take longer than 3 s. */
  readonly ready: () => Promise<Record<string, string>>
  /** Parts without which the service does what it is there for all the same. They are named, and it stays ready. */
  readonly dispensable?: readonly string[]
  /** What is wrong with parts that work all the same. */
  readonly problems?: () => readonly string[]
  /** Prometheus text; a prom-client registry fits. Without it there is no /metrics. */
  readonly metrics?: { readonly contentType: string; metrics(): Promise<string> }
  /** The bearer token a scraper that does not come straight from this machine must send. */
  readonly metricsToken?: string
}

/**
 * /health/live (the process answers), /health/ready (503 names the part that is not), /metrics.
 * Metrics name workflows and routes of every workspace, so they are open only to a direct connection over
 * loopback; everyone else, a proxy on this machine included, needs METRICS_TOKEN.
 */
export const registerProbes = (app: FastifyInstance, options: ProbeOptions): void => {
  const open = { config: { permission: 'public' as const }, schema: { hide: true } }
  app.get('/health/live', open, async () => ({ status: 'ok' }))
  app.get('/health/ready', open, async (_request, reply) => {
    const parts = await options.ready()
    const ready = Object.entries(parts).every(
      ([name, state]) => state === 'ok' || options.dispensable?.includes(name),
    )
    const problems = options.problems?.() ?? []
    return reply.status(ready ? 200 : 503).send({
      status: ready ? 'ok' : 'unavailable',
      parts,
      ...(problems.length === 0 ? {} : { problems }),
    })
  })
  const { metrics, metricsToken } = options
  if (metrics === undefined) return
  app.get('/metrics', open, async (request, reply) => {
    if (!isDirectLoopback(request) && !hasToken(request, metricsToken))
      throw new MillraceError('UNAUTHENTICATED', 'Send METRICS_TOKEN as the bearer token')
    return reply.type(metrics.contentType).send(await metrics.metrics())
  })
}

const LOOPBACK: ReadonlySet<string> = new Set(['127.0.0.1', '::1', '::ffff:127.0.0.1'])

const isDirectLoopback = (request: FastifyRequest): boolean =>
  LOOPBACK.has(request.socket.remoteAddress ?? '') &&
  request.headers['x-forwarded-for'] === undefined &&
  request.headers.forwarded === undefined

const hasToken = (request: FastifyRequest, expected: string | undefined): boolean => {
  if (expected === undefined || expected === '') return false
  const wanted = Buffer.from(`Bearer ${expected}`)
  const given = Buffer.from(request.headers.authorization ?? '')
  return wanted.length === given.length && timingSafeEqual(wanted, given)
}
