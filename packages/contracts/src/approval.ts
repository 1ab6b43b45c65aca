import { z } from 'zod'
import { type Json, json, jsonNumber, RESERVED_KEYS } from './json/value.js'
import { assignees } from './wait.js'

/** One field of the form that goes with an approval. */
export const formField = z.strictObject({
  name: z
    .string()
    .regex(/^[A-Za-z_][A-Za-z0-9_]{0,63}$/, 'use a letter or _, then up to 63 letters, digits or _')
    .refine((value) => !RESERVED_KEYS.has(value), { message: 'this name is reserved' }),
  title: z.string().max(200).optional(),
  type: z.enum(['text', 'number', 'boolean', 'choice']),
  required: z.boolean().default(false),
  /** Of a choice. */
  options: z.array(z.string().max(200)).max(100).optional(),
})
export type FormField = z.infer<typeof formField>

const valueSchema = ({ type, options = [] }: FormField): z.ZodType<Json> => {
  switch (type) {
    case 'text':
      return z.string().max(10_000)
    case 'number':
      return jsonNumber
    case 'boolean':
      return z.boolean()
    case 'choice':
      return z.enum(options)
  }
}

/** What a filled-in form must look like; fields that are not on it are refused. */
export const formSchema = (fields: readonly FormField[]) =>
  z.strictObject(
    Object.fromEntries(
      fields.map((field) => [
        field.name,
        field.required ? valueSchema(field) : valueSchema(field).optional(),
      ]),
    ),
  )

/** What an approval asks, and of whom: `details` of its wait. */
export const approvalDetails = z.object({
  title: z.string(),
  description: z.string().optional(),
  form: z.array(formField),
  assignees,
  /** Whether the one who started the run may decide. */
  selfApproval: z.boolean(),
  /** True once the first assignees have let the deadline pass. */
  escalated: z.boolean(),
  /** What happens at the deadline instead of an end: others are asked. */
  escalation: json.optional(),
})
export type ApprovalDetails = z.infer<typeof approvalDetails>

const time = z.iso.datetime()

export const approval = approvalDetails.omit({ escalation: true }).extend({
  id: z.string(),
  runId: z.string(),
  workflowId: z.string(),
  workflowName: z.string(),
  path: z.string(),
  createdAt: time,
  /** When it is decided without anybody, or others are asked. */
  deadline: time.nullable(),
  /** E-mail of who started the run by hand. */
  startedBy: z.string().nullable(),
  /** Undefined while nobody has decided. */
  decision: z.object({ by: z.string(), at: time }).optional(),
})
export type Approval = z.infer<typeof approval>

/** One approval with what there is to judge by. */
export const approvalContext = approval.extend({ input: json })

export const listApprovalsQuery = z.strictObject({
  /** `mine`: those that I may decide. */
  assigned: z.enum(['mine', 'all']).default('mine'),
  cursor: z.uuid().optional(),
  limit: z.coerce.number().int().min(1).max(200).default(50),
})

export const decideApprovalBody = z.strictObject({
  decision: z.enum(['approve', 'reject']),
  comment: z.string().max(4_000).optional(),
  /** The form, filled in. Needed only to approve. */
  data: z.record(z.string(), json).optional(),
})
export type DecideApprovalBody = z.input<typeof decideApprovalBody>

export const decideApprovalAnswer = z.object({ id: z.string(), runId: z.string(), approved: z.boolean() })
