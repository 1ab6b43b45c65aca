import { MillraceError, type RedriveAnswer } from '@millrace/contracts'
import type { Sql } from '@millrace/db'
import { type LinkedRun, type LinkedRunRequest, startLinkedRun } from '../recovery/linked-run.js'
import { markRedriven, readGroups, readLetters } from './repository.js'

export interface RedriveDeps {
  readonly sql: Sql
  readonly linking: Parameters<typeof startLinkedRun>[0]
}

export interface RedriveRequest {
  readonly workspaceId: string
  readonly fingerprint: string
  readonly version: LinkedRunRequest['version']
  readonly confirm: boolean
  readonly by: string
}

/**
 * Retries the letters of a group, each as a new linked run that keeps what completed. A letter makes one new run,
 * however often it is redriven (I6); one that cannot be retried stays.
 */
export const redriveGroup = async (deps: RedriveDeps, request: RedriveRequest): Promise<RedriveAnswer> => {
  const { workspaceId, fingerprint, by } = request
  const redriven: RedriveAnswer['redriven'] = []
  const refused: RedriveAnswer['refused'] = []
  for (const { runId } of await readLetters(deps.sql, workspaceId, fingerprint)) {
    try {
      const { runId: newRunId } = await redrive(deps, request, runId)
      await markRedriven(deps.sql, workspaceId, runId, by, newRunId)
      redriven.push({ runId, newRunId })
    } catch (error) {
      if (!(error instanceof MillraceError) || error.retryable) throw error
      refused.push({ runId, code: error.code, message: error.message })
    }
  }
  const [group] = await readGroups(deps.sql, workspaceId, fingerprint)
  return { redriven, refused, left: group?.count ?? 0 }
}

const redrive = (deps: RedriveDeps, request: RedriveRequest, runId: string): Promise<LinkedRun> => {
  const { workspaceId, version, confirm } = request
  return startLinkedRun(deps.linking, {
    workspaceId,
    runId,
    start: 'failed',
    version,
    confirm,
    input: undefined,
    idempotencyKey: { own: `redrive:${runId}` },
  })
}
