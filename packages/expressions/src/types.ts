import type { Json } from '@millrace/contracts'

/** What expressions may read. Values are plain JSON; nothing here is ever written to. */
export interface Scope {
  readonly trigger: Json | undefined
  /** `steps.<id>` → `{ output, status, error }`. */
  readonly steps: Record<string, { output?: Json; status?: string; error?: Json }>
  /** `resumeUrls` by the id of the step that waits for its call: in an item or iteration also those of its own steps. */
  readonly run: {
    id: string
    workflowId: string
    startedAt: string
    resumeUrls?: Readonly<Record<string, string>>
  }
  readonly workflow: { id: string; name: string; version: number | null }
  readonly vars: Record<string, Json>
  readonly item?: Json
  readonly index?: number
}

/** A params tree compiled once per version. */
export interface CompiledTemplate {
  /** True when the tree holds no expression: `resolve` then gives the same value every time. */
  readonly constant: boolean
  /** Throws MillraceError EXPRESSION_FAILED or EXPRESSION_LIMIT, with the pointer of the expression in the message. */
  resolve(scope: Scope): Promise<Json>
}

/** Told what an outcome is due to and nobody would see in it: values of different types that were compared, by name and type. */
export type OnNote = (note: string) => void

export interface CompiledExpression {
  /** Undefined when the expression gives nothing. Throws as above. */
  evaluate(scope: Scope | Record<string, unknown>, onNote?: OnNote): Promise<Json | undefined>
}
