/** What goes between the main thread and a sandbox thread. JSON as text: it is copied once, and parsed where it is used. */
export interface ThreadRequest {
  /** Whose script it is: what one has left in memory is wiped before another's. */
  readonly owner: string
  readonly code: string
  readonly globals: string
  /** Of processor time. */
  readonly timeoutMs: number
  readonly memoryBytes: number
  /** Where among the thread's `Slots` its state is. */
  readonly slot: number
}

/** What a thread is made with: the states of requests in its line, one 32-bit integer each. */
export type Slots = Int32Array
/** In flight at the same time are far fewer, so that none is used twice. */
export const SLOTS = 64
export const SENT = 0
/** By the thread, which runs it. */
export const TAKEN = 1
/** By the main thread, which has another place for it. */
export const WITHDRAWN = 2

export interface LogLine {
  readonly level: 'debug' | 'info' | 'warn' | 'error'
  readonly message: string
}

export type ThreadAnswer =
  | { readonly kind: 'value'; readonly value: string | undefined; readonly logs: readonly LogLine[] }
  | { readonly kind: 'failed' | 'limit'; readonly message: string; readonly logs: readonly LogLine[] }

export type ThreadMessage =
  /** There is an engine now: loading one takes longer than many a script. `thread`: the kernel's id of the thread. */
  | { readonly kind: 'loaded'; readonly thread: number | undefined }
  /** Lines of a script that goes on. */
  | { readonly kind: 'printed'; readonly logs: readonly LogLine[] }
  | ThreadAnswer
