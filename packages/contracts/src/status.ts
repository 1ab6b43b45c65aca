import { z } from 'zod'

/** run: pending → running ⇄ waiting | paused → completed | failed | cancelled */
export const runStatus = z.enum([
  'pending',
  'running',
  'waiting',
  'paused',
  'completed',
  'failed',
  'cancelled',
])
export type RunStatus = z.infer<typeof runStatus>

/** step: pending → running ⇄ waiting → completed | failed | skipped | cancelled */
export const stepStatus = z.enum([
  'pending',
  'running',
  'waiting',
  'completed',
  'failed',
  'skipped',
  'cancelled',
])
export type StepStatus = z.infer<typeof stepStatus>

export const terminalRunStatus = z.enum(['completed', 'failed', 'cancelled'])
export type TerminalRunStatus = z.infer<typeof terminalRunStatus>

export const isTerminal = (status: RunStatus): status is TerminalRunStatus =>
  status === 'completed' || status === 'failed' || status === 'cancelled'

/** Five classes; `critical` first. */
export const priority = z.enum(['critical', 'high', 'normal', 'low', 'background'])
export type Priority = z.infer<typeof priority>
