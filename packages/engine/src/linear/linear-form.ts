import { json } from '@millrace/contracts'
import { z } from 'zod'

/** The linear form: a list of steps that follow each other unless `next` says otherwise. */
const milliseconds = z.number().min(0)

const linearRetry = z.object({
  maxAttempts: z.int().optional(),
  maxRetries: z.int().optional(),
  backoff: z.string().optional(),
  strategy: z.string().optional(),
  delayMs: milliseconds.optional(),
  initialDelayMs: milliseconds.optional(),
  delay: milliseconds.optional(),
  maxDelayMs: milliseconds.optional(),
})
export type LinearRetry = z.infer<typeof linearRetry>

const linearStep = z.object({
  id: z.string().optional(),
  name: z.string().optional(),
  type: z.string(),
  config: z.record(z.string(), json).optional(),
  params: z.record(z.string(), json).optional(),
  /** A step, several (a fork), by port, or null: the end. */
  next: z.union([z.string(), z.array(z.string()), z.record(z.string(), z.string()), z.null()]).optional(),
  /** `fail`, `continue`, or the step to go to. */
  onError: z.string().optional(),
  retryPolicy: linearRetry.optional(),
  timeoutMs: milliseconds.optional(),
  timeout: milliseconds.optional(),
})
export type LinearStep = z.infer<typeof linearStep>

export const linearForm = z.object({
  name: z.string(),
  description: z.string().optional(),
  steps: z.array(linearStep),
  trigger: z.object({ type: z.string() }).catchall(json).optional(),
})
export type LinearForm = z.infer<typeof linearForm>

/** Other systems' names for our node types. */
const TYPE_ALIASES: ReadonlyMap<string, string> = new Map([
  ['http', 'http.request'],
  ['request', 'http.request'],
  ['script', 'transform.script'],
  ['javascript', 'transform.script'],
  ['code', 'transform.script'],
  ['transform', 'transform.json'],
  ['jsonata', 'transform.json'],
  ['condition', 'flow.condition'],
  ['if', 'flow.condition'],
  ['switch', 'flow.switch'],
  ['filter', 'flow.filter'],
  ['merge', 'flow.merge'],
  ['delay', 'flow.delay'],
  ['wait', 'flow.delay'],
  ['log', 'log.message'],
  ['query', 'postgres.query'],
  ['postgres', 'postgres.query'],
  ['respond', 'http.respond'],
  ['webhook', 'trigger.webhook'],
  ['schedule', 'trigger.schedule'],
  ['cron', 'trigger.schedule'],
  ['manual', 'trigger.manual'],
])

export const nodeTypeOf = (type: string): string => TYPE_ALIASES.get(type) ?? type
