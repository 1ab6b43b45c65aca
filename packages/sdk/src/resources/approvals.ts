import { approval, approvalContext, type DecideApprovalBody, decideApprovalAnswer } from '@millrace/contracts'
import type { Transport } from '../transport.js'
import { list } from './page.js'

const at = (id: string) => `/approvals/${encodeURIComponent(id)}`

export const createApprovals = (transport: Transport) => ({
  /** What waits for a decision; `mine` (the default) is what I am asked for. */
  list: (
    query: { readonly assigned?: 'mine' | 'all'; readonly cursor?: string; readonly limit?: number } = {},
  ) => list(transport, '/approvals', approval, { ...query }),

  get: (id: string) => transport.call({ method: 'GET', path: at(id) }, approvalContext),

  /** Throws WAIT_RESOLVED when somebody was first, NOT_ASKED, INVALID_REQUEST when the form is not filled in. */
  decide: (id: string, body: DecideApprovalBody) =>
    transport.call({ method: 'POST', path: `${at(id)}/decide`, body }, decideApprovalAnswer),
})
