import { json, stepError, terminalRunStatus } from '@millrace/contracts'
import { z } from 'zod'
import { defineNode } from '../../define.js'
import { failureTriggerParams } from './params.js'

/**
 * Makes its workflow a failure workflow: it runs once for each failed run of another one. A run that a failure has led
 * to, by whatever way, starts none when it fails itself: nothing goes round for ever. Nor does a test run.
 */
export const failureTrigger = defineNode({
  type: 'trigger.failure',
  version: 1,
  title: 'Failure',
  description:
    'Starts a run when a run of another workflow fails, with what is known of it. Its own failures start none.',
  category: 'trigger',
  icon: 'alert-triangle',
  trigger: true,
  params: failureTriggerParams,
  output: z.object({
    run: z.object({ id: z.string(), status: terminalRunStatus, trigger: z.string() }),
    workflow: z.object({ id: z.string(), name: z.string(), version: z.int() }),
    error: stepError.nullable(),
    /** Path of the step that failed; null where none did, such as when the run took too long. */
    step: z.string().nullable(),
    input: json,
  }),
  ports: ['main'],
  effect: 'pure',
})
