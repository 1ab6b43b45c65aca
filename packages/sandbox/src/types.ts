import type { Json } from '@millrace/contracts'
import type { LogLine } from './protocol.js'

export interface ScriptRequest {
  /** Whose script it is: threads are shared fairly among owners. */
  readonly owner: string
  /** The body of a function; `return` gives the result. It sees the globals below and no host object. */
  readonly code: string
  /** Each becomes a global of the script. */
  readonly globals: Record<string, Json | undefined>
  /** Processor time. Default 5,000. */
  readonly timeoutMs?: number
  /** All of the script's memory, the engine's own 1 MB included. Default 64 MB; less than 16 MB is taken as 16. */
  readonly memoryBytes?: number
  readonly signal?: AbortSignal
  /** Called when it has left the queue and begins. */
  readonly started?: () => void
  /** Each line that it prints, in order, at most 1,000; also those of a script that fails or is ended. */
  readonly log?: (line: LogLine) => void
}

export interface ScriptRunner {
  /** Resolves with what the script returned. Throws MillraceError SCRIPT_FAILED (with the script's message and line) or SCRIPT_LIMIT. */
  run(request: ScriptRequest): Promise<Json | undefined>
  close(): Promise<void>
}
