import type { Json } from '@millrace/contracts'

export interface ScriptRequest {
  /** The body of a function; `return` gives the result. It sees the globals below and no host object. */
  readonly code: string
  /** Each becomes a global of the script. */
  readonly globals: Record<string, Json | undefined>
  /** CPU time. Default 5,000. */
  readonly timeoutMs?: number
  /** All of the script's memory, the engine's own 1 MB included. Default 64 MB; less than 16 MB is taken as 16. */
  readonly memoryBytes?: number
  readonly signal?: AbortSignal
}

export interface ScriptResult {
  readonly value: Json | undefined
  /** What the script printed with console.log and friends, at most 1,000 lines. */
  readonly logs: readonly { readonly level: 'debug' | 'info' | 'warn' | 'error'; readonly message: string }[]
}

export interface ScriptRunner {
  /** Throws MillraceError SCRIPT_FAILED (with the script's message and line) or SCRIPT_LIMIT. */
  run(request: ScriptRequest): Promise<ScriptResult>
  close(): Promise<void>
}
