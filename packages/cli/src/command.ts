import type { BulkAction, BulkFilter, Json, RunStatus } from '@millrace/contracts'

/** What the command line says, parsed: one variant a command, with what it needs and nothing else. */
export type Command =
  | { readonly name: 'help'; readonly topic: string | undefined }
  | { readonly name: 'login'; readonly email: string | undefined; readonly password: string | undefined }
  | { readonly name: 'workflows' }
  | ValidateCommand
  | { readonly name: 'logout' | 'whoami' }
  | { readonly name: 'result'; readonly run: string }
  | { readonly name: 'completion'; readonly shell: Shell }
  | { readonly name: 'version' }
  | DeployCommand
  | RunCommand
  | {
      readonly name: 'list'
      readonly workflow: string | undefined
      readonly status: RunStatus | undefined
      readonly limit: number
      readonly cursor: string | undefined
    }
  | { readonly name: 'status'; readonly run: string }
  | { readonly name: 'watch'; readonly run: string }
  | { readonly name: 'cancel'; readonly run: string; readonly reason: string | undefined }
  | { readonly name: 'pause' | 'resume'; readonly run: string; readonly watch: boolean }
  | RetryCommand
  | RerunCommand
  | UndoCommand
  | BulkCommand
  | DeadLettersCommand
  | { readonly name: 'approvals'; readonly all: boolean }
  | EventsCommand
  | { readonly name: 'run-events'; readonly run: string }
  | DecideCommand

export interface ValidateCommand {
  readonly name: 'validate'
  readonly file: string
  /** Ask no server. */
  readonly offline: boolean
}

export type Shell = 'bash' | 'zsh' | 'fish'

export interface DeployCommand {
  readonly name: 'deploy'
  readonly file: string
  readonly message: string | undefined
  /** Replace a draft that holds unpublished changes. */
  readonly force: boolean
}

export interface RunCommand {
  readonly name: 'run'
  readonly workflow: string
  readonly input: InputSource
  readonly watch: boolean
  readonly idempotencyKey: string | undefined
  readonly trigger: string | undefined
  readonly version: number | undefined
}

interface Recovery {
  readonly run: string
  readonly latest: boolean
  readonly confirm: boolean
  /** Say what would happen, and do nothing. */
  readonly dryRun: boolean
  readonly watch: boolean
}
export interface RetryCommand extends Recovery {
  readonly name: 'retry'
  readonly fromStart: boolean
}
export interface RerunCommand extends Recovery {
  readonly name: 'rerun'
  readonly from: string
  readonly input: InputSource
}

export interface UndoCommand {
  readonly name: 'undo'
  readonly run: string
  /** Say what would happen, and do nothing. */
  readonly dryRun: boolean
  readonly watch: boolean
}

export interface BulkCommand {
  readonly name: 'bulk'
  readonly action: BulkAction
  readonly filter: BulkFilter
  readonly latest: boolean
  readonly confirm: boolean
  readonly yes: boolean
}

export interface DeadLettersCommand {
  readonly name: 'dead-letters'
  readonly action:
    | { readonly kind: 'list' }
    | { readonly kind: 'show'; readonly fingerprint: string }
    | { readonly kind: 'discard'; readonly fingerprint: string; readonly reason: string }
    | {
        readonly kind: 'redrive'
        readonly fingerprint: string
        readonly same: boolean
        readonly confirm: boolean
      }
}

export interface EventsCommand {
  readonly name: 'events'
  readonly event: string
  readonly key: string | undefined
  readonly payload: InputSource
  readonly id: string | undefined
}

export interface DecideCommand {
  readonly name: 'approve' | 'reject'
  readonly approval: string
  readonly comment: string | undefined
  /** The form, filled in. */
  readonly data: InputSource
}

export type InputSource =
  | { readonly kind: 'none' }
  | { readonly kind: 'json'; readonly value: Json }
  | { readonly kind: 'file'; readonly path: string }

export interface Invocation {
  readonly command: Command
  readonly url: string | undefined
  readonly json: boolean
}
