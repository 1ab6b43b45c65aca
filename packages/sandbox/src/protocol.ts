/** What goes between the main thread and a sandbox thread. JSON as text: it is copied once, and parsed where it is used. */
export interface ThreadRequest {
  /** Whose script it is: what one has left in memory is wiped before another's. */
  readonly owner: string
  readonly code: string
  readonly globals: string
  /** Of processor time. */
  readonly timeoutMs: number
  readonly memoryBytes: number
}

export interface LogLine {
  readonly level: 'debug' | 'info' | 'warn' | 'error'
  readonly message: string
}

export type ThreadAnswer =
  | { readonly kind: 'value'; readonly value: string | undefined; readonly logs: readonly LogLine[] }
  | { readonly kind: 'failed' | 'limit'; readonly message: string; readonly logs: readonly LogLine[] }

export type ThreadMessage =
  /** The script has begun: a thread takes longer to start than many a script to run. `thread`: the kernel's id of it. */
  | { readonly kind: 'started'; readonly thread: number | undefined }
  /** Lines of a script that goes on. */
  | { readonly kind: 'printed'; readonly logs: readonly LogLine[] }
  | ThreadAnswer
