import type { Run } from '@millrace/contracts'
import type { RunState } from '@millrace/engine'
import type { RunApi } from '../../../api/run.js'
import { RetryDialog } from './retry-dialog.js'
import { UndoDialog } from './undo-dialog.js'

export type RecoveryKind = 'retry' | 'undo'

interface RecoveryDialogProps {
  readonly kind: RecoveryKind
  readonly api: RunApi
  readonly run: Run
  /** As it is now, whatever moment is looked at. */
  readonly state: RunState
  readonly selected: string | undefined
  readonly onStarted: (runId: string) => void
  readonly onClose: () => void
}

/** What an operator may make of a run that has ended: a new one, linked to it. */
export const RecoveryDialog = ({ kind, api, run, state, selected, ...calls }: RecoveryDialogProps) =>
  kind === 'undo' ? (
    <UndoDialog
      {...calls}
      runId={run.id}
      graph={state.graph}
      preview={() => api.previewUndo(run.id)}
      start={async () => (await api.undo(run.id)).run.id}
    />
  ) : (
    <RetryDialog
      {...calls}
      runId={run.id}
      trigger={run.trigger}
      input={run.input}
      hasFailed={state.status !== 'completed'}
      steps={state.steps.map(({ path }) => path)}
      selected={selected}
      preview={({ kind: how, body }) =>
        how === 'retry' ? api.previewRetry(run.id, body) : api.previewRerun(run.id, body)
      }
      start={async (request, key) => {
        const { run: next } =
          request.kind === 'retry'
            ? await api.retry(run.id, request.body, key)
            : await api.rerun(run.id, request.body, key)
        return next.id
      }}
    />
  )
