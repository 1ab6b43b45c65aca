import { type Json, json } from '@millrace/contracts'
import { z } from 'zod'

/** The linear form: a list of steps that follow each other unless `next` says otherwise. */
const milliseconds = z.number().min(0)

/** Names for the same thing: one of each list, since of two we would have to drop one. */
function onlyOneOf(...lists: readonly (readonly string[])[]) {
  return (value: object, context: z.RefinementCtx): void => {
    for (const names of lists) {
      const [first, ...others] = names.filter((name) => Reflect.get(value, name) !== undefined)
      for (const name of others)
        context.addIssue({
          code: 'custom',
          path: [name],
          message: `says the same as ${first}: give one of them`,
        })
    }
  }
}

export const isRecord = (value: Json | undefined): value is Record<string, Json> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

const backoffName = z.enum(['fixed', 'constant', 'linear', 'exponential', 'exponential-jitter'])

const linearRetry = z
  .strictObject({
    maxAttempts: z.int().optional(),
    maxRetries: z.int().optional(),
    backoff: backoffName.optional(),
    strategy: backoffName.optional(),
    /** What each delay is of the one before. We know delays that stay, and delays that double. */
    backoffMultiplier: z
      .union([z.literal(1), z.literal(2)], { error: 'takes 1 (the delay stays) or 2 (it doubles)' })
      .optional(),
    delayMs: milliseconds.optional(),
    initialDelayMs: milliseconds.optional(),
    delay: milliseconds.optional(),
    maxDelayMs: milliseconds.optional(),
    jitter: z.union([z.boolean(), z.enum(['none', 'full', 'equal'])]).optional(),
  })
  .superRefine(
    onlyOneOf(['maxAttempts', 'maxRetries'], ['backoff', 'strategy'], ['delayMs', 'initialDelayMs', 'delay']),
  )
  .superRefine(({ backoff, strategy, backoffMultiplier }, context) => {
    const kind = backoff ?? strategy
    if (backoffMultiplier === undefined || kind === undefined) return
    if ((backoffMultiplier === 2) === kind.startsWith('exponential') && kind !== 'linear') return
    const message = `does not go with ${kind}`
    context.addIssue({ code: 'custom', path: ['backoffMultiplier'], message })
  })
export type LinearRetry = z.infer<typeof linearRetry>

const linearStep = z
  .strictObject({
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
  .superRefine(onlyOneOf(['config', 'params'], ['timeoutMs', 'timeout']))
export type LinearStep = z.infer<typeof linearStep>

export const linearForm = z.strictObject({
  name: z.string(),
  description: z.string().optional(),
  steps: z.array(linearStep),
  trigger: z
    .object({ type: z.string() })
    .catchall(json)
    .superRefine(onlyOneOf(['config', 'params']))
    .superRefine((trigger, context) => {
      // Its members are its params, or stand in one that is named so: not both.
      if (!isRecord(trigger.params ?? trigger.config)) return
      for (const key of Object.keys(trigger))
        if (key !== 'type' && key !== 'params' && key !== 'config')
          context.addIssue({ code: 'custom', path: [key], message: 'belongs into the params' })
    })
    .optional(),
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
