/** What goes between the main thread and a sandbox thread. JSON as text: it is copied once, and parsed where it is used. */
export interface ThreadRequest {
  readonly id: number
  readonly code: string
  readonly globals: string
  readonly timeoutMs: number
  readonly memoryBytes: number
}

export interface LogLine {
  readonly level: 'debug' | 'info' | 'warn' | 'error'
  readonly message: string
}

export type ThreadAnswer =
  | {
      readonly id: number
      readonly kind: 'value'
      readonly value: string | undefined
      readonly logs: readonly LogLine[]
    }
  | {
      readonly id: number
      readonly kind: 'failed' | 'limit'
      readonly message: string
      readonly logs: readonly LogLine[]
    }

/** `started` comes before each answer: a thread takes longer to start than many a script to run. */
export type ThreadMessage = { readonly kind: 'started' } | ThreadAnswer
