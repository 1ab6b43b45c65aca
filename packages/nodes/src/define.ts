import type {
  ApprovalTimeout,
  Assignees,
  CredentialData,
  Effect,
  FormField,
  Json,
  NodeTypeDescriptor,
  WaitResult,
} from '@millrace/contracts'
import type { Scope } from '@millrace/expressions'
import type { z } from 'zod'

/** The contract of a node type. Node modules do no IO of their own: everything comes through `ctx`. */
export interface NodeContext {
  readonly signal: AbortSignal
  /** `runId:path` of the origin run: the same for every try of this step (I5). */
  readonly idempotencyKey: string
  log(level: 'debug' | 'info' | 'warn' | 'error', message: string, data?: Json): void
  /** Outbound HTTP, guarded; the response body is capped. */
  http(request: NodeHttpRequest): Promise<NodeHttpResponse>
  /** One parameterised statement against the database of a `postgres` credential; throws QUERY_WRITES where it may only read and does not. */
  sql(
    credential: string,
    query: string,
    params: readonly Json[],
    options: { readonly readOnly: boolean },
  ): Promise<{ rows: Json[]; rowCount: number }>
  /** User JavaScript in the sandbox. */
  script(code: string, globals: Record<string, Json | undefined>): Promise<Json | undefined>
  /** A JSONata source over this step's scope, with `extra` names added (`item`, `index`). */
  evaluate(source: string, extra?: Record<string, Json | undefined>): Promise<Json | undefined>
  /** Throws CREDENTIAL_NOT_FOUND. Never put what it returns into an output, a log or an error (I8). */
  credential(name: string): Promise<CredentialData>
  /**
   * Publishes an event of this workspace. Its id follows from the idempotency key: however often the step is tried, it
   * happens once (I5, I6). Throws EVENT_TOO_DEEP.
   */
  publish(event: NodeEvent): Promise<{ readonly id: string }>
  /** The steps whose edges led here, with their outputs, in the order of the definition's edges. */
  readonly inputs: readonly { readonly node: string; readonly output: Json | undefined }[]
  readonly trigger: Json | undefined
  /** What expressions of this step may read: of the steps those that lead here, by any way. */
  readonly readable: Readonly<Scope>
}

export interface NodeEvent {
  readonly name: string
  readonly key?: string | undefined
  readonly payload: Json
}

export interface NodeHttpRequest {
  readonly method: string
  readonly url: string
  readonly headers?: Record<string, string>
  /** Names of headers that hold a secret: no other origin is sent them. */
  readonly secretHeaders?: readonly string[]
  readonly body?: string | Uint8Array
  readonly timeoutMs?: number
  readonly maxRedirects?: number
  readonly maxResponseBytes?: number
  /** Name of the credential it carries: one that does not work shuts the upstream for nobody else. */
  readonly credential?: string | undefined
}
export interface NodeHttpResponse {
  readonly status: number
  readonly headers: Record<string, string>
  /** Each `Set-Cookie` as it came. */
  readonly setCookies?: readonly string[]
  readonly body: Uint8Array
  /** Where it came from in the end, after redirects; left out where that is the URL of the call. */
  readonly url?: string
}

/** What a step gives back. */
export type NodeResult =
  /** `ports` are those it emits on; `main` when left out. */
  | {
      readonly output: Json | undefined
      readonly ports?: readonly string[]
      readonly response?: NodeResponse
    }
  /** Come back later: the run may park meanwhile. */
  | { readonly wait: WaitRequest }
  | { readonly call: CallRequest }
  /** Ends the run. */
  | {
      readonly stop: {
        readonly status: 'completed' | 'failed'
        readonly message: string
        readonly output: Json | undefined
      }
    }

/** Starts a run of another workflow, at its call trigger. */
export interface CallRequest {
  /** Name or id. */
  readonly workflow: string
  /** Version number; the published one when left out. */
  readonly version: number | undefined
  readonly input: Json
  /** False: the step ends at once, with the id of the run. */
  readonly awaited: boolean
  /** How long it may take; undefined: the node's `timeoutMs`, if it has one. Milliseconds. */
  readonly timeoutMs: number | undefined
}

export type WaitRequest =
  | ContainerWait
  | { readonly kind: 'timer'; readonly delayMs: number }
  | { readonly kind: 'timer'; readonly until: string }
  | ({ readonly kind: 'event'; readonly name: string; readonly key: string | undefined } & Deadline)
  /** For a call of the step's resume URL. */
  | ({ readonly kind: 'resume' } & Deadline)
  /** For a program outside to take it from this queue. */
  | ({
      readonly kind: 'task'
      readonly queue: string
      readonly input: Json
      readonly idempotencyKey: string
    } & Deadline)
  /** For the end of a run that the worker has made of a `CallRequest`. */
  | ({ readonly kind: 'child'; readonly runId: string } & Deadline)
  | ({
      readonly kind: 'approval'
      readonly title: string
      readonly description?: string
      readonly form: readonly FormField[]
      readonly selfApproval: boolean
      /** Who is asked when the deadline has passed, for `whenDue: 'escalate'`. */
      readonly escalation?: Asked
    } & Asked)

/** People, and what happens when they do not answer. */
interface Asked extends Deadline {
  readonly assignees: Assignees
  readonly whenDue: ApprovalTimeout
}

interface Deadline {
  /** From the beginning of the wait; undefined: the node's own `timeoutMs`, if it has one. Milliseconds. */
  readonly timeoutMs: number | undefined
  /** How the wait ends then: by default it fails with WAIT_TIMED_OUT. */
  readonly onTimeout?: WaitResult
}

/** A container's body runs: once for each item, or again and again. */
export type ContainerWait =
  | {
      readonly kind: 'items'
      readonly items: readonly Json[]
      readonly concurrency: number
      readonly onItemError: 'fail' | 'collect'
    }
  | { readonly kind: 'iterations'; readonly maxIterations: number }

/** The answer for the caller of a webhook, stored with the step before it is sent. */
export interface NodeResponse {
  readonly status: number
  readonly headers: Record<string, string>
  readonly body: Json
}

export interface NodeType<P extends z.ZodType = z.ZodType> {
  readonly type: string
  readonly version: number
  readonly title: string
  readonly description: string
  readonly category: NodeTypeDescriptor['category']
  readonly icon: string
  readonly trigger: boolean
  /** It holds a body. Its raw expressions are evaluated by the worker, once a pass through the body has ended. */
  readonly container?: boolean
  /** It ends at once: no wait, no log, nothing outside. A map of many items may then do without events for each. */
  readonly instant?: boolean
  readonly params: P
  readonly output: z.ZodType
  /** Null: its params name them, as `port` and `ports` in their schema say (see the engine's `portsOf`). */
  readonly ports: readonly string[] | null
  readonly effect: Effect | ((params: z.output<P>) => Effect)
  /** True where `execute` reads `ctx.inputs`: the outputs of the steps right before are then loaded for it. */
  readonly readsInputs?: boolean
  /** Absent for triggers: the worker records their input as their output. */
  execute?(ctx: NodeContext, params: z.output<P>): Promise<NodeResult>
}

/**
 * Declares a node type. The schema of its params drives the form, validation, types, completion and docs.
 * The result has its param type erased, so that types of all shapes fit one library.
 */
export const defineNode = <P extends z.ZodType>(type: NodeType<P>): NodeType =>
  // Sound because `effect` and `execute` are only ever given what this same schema parsed (`parseParams`).
  type as unknown as NodeType
