import { type Actor, isAllowed } from '@millrace/auth'
import { formSchema, type Json, MillraceError, type WaitResult } from '@millrace/contracts'
import type { Approver, OpenApproval } from '@millrace/run-store'

export interface Decision {
  readonly approved: boolean
  readonly comment: string | undefined
  readonly data: Record<string, Json> | undefined
}

export const approverOf = ({ email, role }: Actor): Approver => ({
  email: email.toLowerCase(),
  role,
  operates: isAllowed(role, 'run.operate'),
})

/**
 * What a decision gives its run.
 * @throws NOT_ASKED when the approval is not this one's to decide, INVALID_REQUEST when the form is not filled in,
 * WAIT_RESOLVED when somebody has decided.
 */
export const judge = (open: OpenApproval, actor: Actor, decision: Decision, now: Date): WaitResult => {
  const { approval, startedById } = open
  if (!isAsked(approval.assignees, approverOf(actor))) throw new MillraceError('NOT_ASKED')
  if (!approval.selfApproval && startedById === actor.userId)
    throw new MillraceError('NOT_ASKED', 'Who has started the run may not decide')
  if (approval.decision !== undefined)
    throw new MillraceError('WAIT_RESOLVED', `Decided by ${approval.decision.by}`)
  const { approved, comment } = decision
  const data = answersOf(open, decision)
  return {
    kind: 'completed',
    output: {
      approved,
      by: actor.email,
      at: now.toISOString(),
      ...(comment === undefined ? {} : { comment }),
      ...(data === undefined ? {} : { data }),
    },
    ports: ['main', approved ? 'approved' : 'rejected'],
  }
}

const isAsked = (asked: OpenApproval['approval']['assignees'], approver: Approver): boolean =>
  asked.users.includes(approver.email) ||
  asked.roles.includes(approver.role) ||
  (asked.users.length === 0 && asked.roles.length === 0 && approver.operates)

/** What was filled in, in the form that the approval has. Who rejects need not fill it in. */
const answersOf = (
  { approval }: OpenApproval,
  { approved, data }: Decision,
): { [name: string]: Json } | undefined => {
  if (data === undefined && (!approved || approval.form.length === 0)) return undefined
  const schema = approved ? formSchema(approval.form) : formSchema(approval.form).partial()
  const parsed = schema.safeParse(data ?? {})
  if (!parsed.success) {
    const errors = parsed.error.issues.map(({ path, message }) => ({
      pointer: ['', 'data', ...path].join('/'),
      message,
    }))
    throw new MillraceError('INVALID_REQUEST', 'The form is not filled in as it asks', {
      details: { errors },
    })
  }
  // An optional field that is left out is not there at all: the data came as JSON.
  return parsed.data as { [name: string]: Json }
}
