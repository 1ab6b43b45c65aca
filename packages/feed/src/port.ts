/**
 * Port: the live event feed. Best effort by design: Postgres is the truth, and a subscriber that sees a gap
 * or a reconnect re-reads from there (D16). Two adapters, one test suite.
 */
export interface EventFeed {
  /**
   * Sends all messages in one round trip; messages of a topic arrive in order. Listeners of run topics in this process
   * are called before it returns, whether the backend can be reached or not. Rejects within 2 s when it cannot.
   */
  publish(messages: readonly FeedMessage[]): Promise<void>
  /**
   * Calls `listener` for each message of the topic. One backend subscription a topic and process, however many
   * listeners. Resolves once the subscription stands: nothing published after that is missed while connected.
   * While the backend is away it resolves at once; the topic is then subscribed at the reconnect, before
   * `onReconnect` listeners are called. Rejects only after `close`.
   */
  subscribe(topic: string, listener: (payload: string) => void): Promise<Unsubscribe>
  /** Called after a lost connection has been restored and every topic is subscribed again. */
  onReconnect(listener: () => void): Unsubscribe
  /** Topics with a live backend subscription: for tests and metrics. */
  readonly topics: number
  ping(): Promise<void>
  close(): Promise<void>
}

export interface FeedMessage {
  readonly topic: string
  /** JSON text. Adapters may not alter it; the Postgres one refuses over 7,000 bytes with a RangeError. */
  readonly payload: string
}

export type Unsubscribe = () => void

/** Events of one run. Payload: `RunFeedPayload`. */
export const runTopic = (runId: string): string => `${RUN}${runId}`
/** Their messages differ, since each has a larger `lastSeq` than the one before. */
export const isRunTopic = (topic: string): boolean => topic.startsWith(RUN)
const RUN = 'run:'
/** Nudges to workers: `{ runId }` whose inbox has a row. */
export const CONTROL_TOPIC = 'control'
/** What workers say of their free places. Payload: `PlacesPayload`. */
export const PLACES_TOPIC = 'places'
/** New tasks for programs outside. Payload: `NewTaskPayload`. */
export const TASKS_TOPIC = 'tasks'
/** Runs handed to a worker: see `encodeHandedRun` of the run store. */
export const workerTopic = (workerId: string): string => `worker:${workerId}`
/** Run-list changes of a workspace. Payload: `{ runId, status, lastSeq }`. */
export const workspaceTopic = (workspaceId: string): string => `workspace:${workspaceId}`

/** Events themselves while small (≤ MAX_INLINE_BYTES as JSON), else only how far the run has come. */
export type RunFeedPayload =
  | { readonly lastSeq: number; readonly events: readonly unknown[]; readonly answer?: RunAnswer }
  | { readonly lastSeq: number; readonly events?: undefined; readonly answer?: undefined }

/** What the caller who waits for the run gets, where the events do not say it. Durable like them. */
export interface RunAnswer {
  /** Of `http.respond`. */
  readonly response?: unknown
  /** Of the run, once it has completed. */
  readonly output?: unknown
}

export const MAX_INLINE_BYTES = 7_000
