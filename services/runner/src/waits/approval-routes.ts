import {
  approval,
  approvalContext,
  decideApprovalAnswer,
  decideApprovalBody,
  listApprovalsQuery,
  MillraceError,
  page,
} from '@millrace/contracts'
import { typed } from '@millrace/http-api'
import type { RunIntake, RunReads } from '@millrace/run-store'
import type { FastifyInstance } from 'fastify'
import { z } from 'zod'
import { approverOf, judge } from './decide.js'
import type { Waker } from './waker.js'

export interface ApprovalRoutesDeps {
  readonly store: Pick<RunReads, 'listApprovals' | 'getApproval'> & Pick<RunIntake, 'resolveWait'>
  readonly waker: Waker
}

const tags = ['approvals']
const params = z.object({ id: z.uuid() })
const noSuchApproval = () => new MillraceError('NOT_FOUND', 'There is no such approval')

/** List, read and decide approvals. */
export const registerApprovals = (app: FastifyInstance, deps: ApprovalRoutesDeps): void => {
  registerReads(app, deps)
  registerDecide(app, deps)
}

const registerReads = (app: FastifyInstance, { store }: ApprovalRoutesDeps): void => {
  const config = { permission: 'run.read' } as const
  typed(app).get(
    '/api/v1/approvals',
    {
      config,
      schema: {
        tags,
        summary: 'List what waits for a decision: mine, or all',
        querystring: listApprovalsQuery,
        response: { 200: page(approval) },
      },
    },
    async ({ actor, query }) => {
      const mine = query.assigned === 'mine' ? approverOf(actor) : undefined
      const found = await store.listApprovals(actor.workspaceId, mine, query.cursor ?? null, query.limit)
      return { items: [...found.items], nextCursor: found.nextCursor }
    },
  )
  typed(app).get(
    '/api/v1/approvals/:id',
    {
      config,
      schema: {
        tags,
        summary: 'Read an approval with its context',
        params,
        response: { 200: approvalContext },
      },
    },
    async ({ actor, params: { id } }) => {
      const found = await store.getApproval(actor.workspaceId, id)
      if (found === null) throw noSuchApproval()
      return { ...found.approval, input: found.input }
    },
  )
}

const registerDecide = (app: FastifyInstance, { store, waker }: ApprovalRoutesDeps): void => {
  typed(app).post(
    '/api/v1/approvals/:id/decide',
    {
      config: { permission: 'approval.decide' },
      schema: {
        tags,
        summary: 'Approve or reject',
        description: 'The first decision counts; later ones answer 409 WAIT_RESOLVED.',
        params,
        body: decideApprovalBody,
        response: { 200: decideApprovalAnswer },
      },
    },
    async ({ actor, params: { id }, body }) => {
      const found = await store.getApproval(actor.workspaceId, id)
      if (found === null) throw noSuchApproval()
      const approved = body.decision === 'approve'
      const decision = { approved, comment: body.comment, data: body.data }
      const result = judge(found, actor, decision, new Date())
      const runId = await store.resolveWait(actor.workspaceId, id, actor.email, result)
      if (runId === undefined) throw new MillraceError('WAIT_RESOLVED')
      waker.wake([runId])
      return { id, runId, approved }
    },
  )
}
