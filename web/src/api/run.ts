import {
  approval,
  type DecideApprovalBody,
  decideApprovalAnswer,
  type Json,
  json,
  nodeTypeDescriptor,
  type PayloadRef,
  page,
  type RerunBody,
  type RetryBody,
  requestedAnswer,
  resumeAnswer,
  resumeUrlAnswer,
  retryAnswer,
  retryPlan,
  run,
  runDefinitionAnswer,
} from '@millrace/contracts'
import { z } from 'zod'
import type { Client } from './client.js'

const approvals = page(approval)
const nodeTypes = z.object({ items: z.array(nodeTypeDescriptor) })

/** One run: what it is, its stream, its large outputs, and what an operator may do with it. Throws ApiError. */
export const createRunApi = (client: Client) => {
  const post = <S extends z.ZodType>(path: string, body: unknown, answer: S, key?: string) =>
    client.call(
      { method: 'POST', path, body, ...(key === undefined ? {} : { headers: { 'idempotency-key': key } }) },
      answer,
    )
  return {
    read: (runId: string, signal?: AbortSignal) =>
      client.call({ method: 'GET', path: `/runs/${runId}`, signal }, run),

    /** What it is pinned to for ever. */
    definition: async (runId: string, signal?: AbortSignal) =>
      (await client.call({ method: 'GET', path: `/runs/${runId}/definition`, signal }, runDefinitionAnswer))
        .definition,

    nodeTypes: async (signal?: AbortSignal) =>
      (await client.call({ method: 'GET', path: '/node-types', signal }, nodeTypes)).items,

    /** The event stream after an event. A 204 says that nothing follows. */
    openEvents: (runId: string, lastId: string | undefined, signal: AbortSignal) =>
      client.follow({ kind: 'run', runId, after: Number(lastId ?? 0) }, signal),

    /** A large output. It lies with the run that made it, which may be another one. */
    payload: (runId: string, ref: PayloadRef, signal?: AbortSignal) =>
      client.call(
        {
          method: 'GET',
          path: `/runs/${ref.runId ?? runId}/payloads/${ref.key.split('/').map(encodeURIComponent).join('/')}`,
          signal,
        },
        json,
      ),

    cancel: (runId: string) => post(`/runs/${runId}/cancel`, {}, requestedAnswer),
    pause: (runId: string) => post(`/runs/${runId}/pause`, {}, requestedAnswer),
    resume: (runId: string) => post(`/runs/${runId}/resume`, {}, requestedAnswer),

    /** The open approval of a step: there are few at a time, so it is looked for page by page. */
    approvalOf: async (runId: string, path: string, signal?: AbortSignal) => {
      for (let cursor: string | null | undefined; cursor !== null; ) {
        const query = { assigned: 'all', limit: 200, ...(cursor === undefined ? {} : { cursor }) }
        const found: z.output<typeof approvals> = await client.call(
          { method: 'GET', path: '/approvals', query, signal },
          approvals,
        )
        const match = found.items.find((each) => each.runId === runId && each.path === path)
        if (match !== undefined) return match
        cursor = found.nextCursor
      }
      return null
    },

    decideApproval: (id: string, body: DecideApprovalBody) =>
      post(`/approvals/${id}/decide`, body, decideApprovalAnswer),

    /** The URL whose call resumes a step that waits for one. */
    resumeUrl: async (runId: string, path: string, signal?: AbortSignal) =>
      (
        await client.call(
          { method: 'GET', path: `/runs/${runId}/resume-url`, query: { path }, signal },
          resumeUrlAnswer,
        )
      ).url,
    resumeStep: (runId: string, path: string, payload: Json) =>
      post(`/runs/${runId}/resume-step`, { path, payload }, resumeAnswer),

    previewRetry: (runId: string, body: RetryBody) => post(`/runs/${runId}/retry/preview`, body, retryPlan),
    previewRerun: (runId: string, body: RerunBody) => post(`/runs/${runId}/rerun/preview`, body, retryPlan),
    previewUndo: (runId: string) => post(`/runs/${runId}/undo/preview`, {}, retryPlan),
    /** Asked again, it is the same run. */
    undo: (runId: string) => post(`/runs/${runId}/undo`, {}, retryAnswer),
    /** The key makes a second click on the same button the same retry (I6). */
    retry: (runId: string, body: RetryBody, key: string) =>
      post(`/runs/${runId}/retry`, body, retryAnswer, key),
    rerun: (runId: string, body: RerunBody, key: string) =>
      post(`/runs/${runId}/rerun`, body, retryAnswer, key),
  }
}

export type RunApi = ReturnType<typeof createRunApi>
