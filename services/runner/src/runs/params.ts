import { MillraceError, runId } from '@millrace/contracts'
import { z } from 'zod'

/** `/runs/:id` */
export const runParams = z.object({ id: runId })

export const noSuchRun = (): MillraceError => new MillraceError('NOT_FOUND', 'There is no such run')
