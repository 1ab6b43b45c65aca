/** What a page and the worker that holds the streams of all pages say to each other. */
export type ToWorker =
  | {
      readonly kind: 'open'
      readonly id: number
      /** Whose stream: pages of other people and workspaces never share one. */
      readonly who: string
      readonly token: string
      readonly topic: Topic
    }
  | { readonly kind: 'close'; readonly id: number }
  /** The name of a lock that the page holds for as long as it lives. */
  | { readonly kind: 'alive'; readonly lock: string }

/** The run list's changes, or the events of a run after a `seq`. */
export type Topic =
  | { readonly kind: 'changes' }
  | { readonly kind: 'run'; readonly runId: string; readonly after: number }

export type FromWorker =
  | { readonly kind: 'opened'; readonly id: number }
  /** Whole messages of an event stream. */
  | { readonly kind: 'text'; readonly id: number; readonly text: string }
  | { readonly kind: 'ended'; readonly id: number }
  /** Status 0: nothing answered, or the connection broke. The body is the server's own. */
  | { readonly kind: 'failed'; readonly id: number; readonly status: number; readonly body: string }
