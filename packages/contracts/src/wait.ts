import { z } from 'zod'
import { role } from './http/auth.js'
import { json } from './json/value.js'
import { stepError } from './step-error.js'

/** Who is asked: these users, by e-mail, and everybody in these roles. Nobody named: whoever may operate runs. */
export const assignees = z.object({ users: z.array(z.string()), roles: z.array(role) })
export type Assignees = z.infer<typeof assignees>

/** What becomes of a question that nobody has answered in time. */
export const approvalTimeout = z.enum(['approve', 'reject', 'escalate', 'fail'])
export type ApprovalTimeout = z.infer<typeof approvalTimeout>

/** In milliseconds since the epoch, database time. */
const dueAt = z.number().optional()

/** What a waiting step waits for. */
export const wait = z.discriminatedUnion('kind', [
  /** `timesOut`: the time of the step is over before that of the wait, and ends it as a failure. */
  z.object({ kind: z.literal('timer'), dueAt: z.number(), timesOut: z.literal(true).optional() }),
  z.object({ kind: z.literal('event'), name: z.string(), key: z.string().optional(), dueAt }),
  /** For a call of the step's resume URL. */
  z.object({ kind: z.literal('resume'), dueAt }),
  z.object({
    kind: z.literal('approval'),
    title: z.string(),
    assignees,
    onTimeout: approvalTimeout,
    /** True once the first assignees have let the deadline pass. */
    escalated: z.boolean(),
    dueAt,
  }),
  z.object({ kind: z.literal('child'), runId: z.string(), dueAt }),
  z.object({ kind: z.literal('task'), queue: z.string(), dueAt }),
  /** A map: for its items. Its params are recorded resolved, so that a fold decides nothing anew. */
  z.object({
    kind: z.literal('items'),
    count: z.int().min(0),
    concurrency: z.int().min(1),
    onItemError: z.enum(['fail', 'collect']),
    /** `steps`: each step inside has its events. `pages`: pure bodies of large maps leave one event a page. */
    record: z.enum(['steps', 'pages']),
  }),
  /** A repeat: for one pass through its body, of at most `max`. */
  z.object({ kind: z.literal('iteration'), index: z.int().min(0), max: z.int().min(1) }),
])
export type Wait = z.infer<typeof wait>

/** Waits for somebody outside of the run, who ends them through a row of their own (D14). */
export type OutsideWait = Exclude<Wait, { kind: 'timer' | 'items' | 'iteration' }>

/** How a wait came out. Whoever ends it says so (D14); its run turns it into the end of the step. */
export const waitResult = z.discriminatedUnion('kind', [
  z.object({
    kind: z.literal('completed'),
    output: json.optional(),
    /** Ports to emit on; the main port when left out. */
    ports: z.array(z.string()).optional(),
  }),
  z.object({ kind: z.literal('failed'), error: stepError }),
])
export type WaitResult = z.infer<typeof waitResult>
