import type { FromWorker, ToWorker } from './protocol.js'
import { type Subscriber, Upstream, type UpstreamDeps } from './upstream.js'

/** A page, as the worker sees it. */
export interface PagePort {
  postMessage(message: FromWorker): void
}

export interface HubDeps extends UpstreamDeps {
  /** Resolves once the page that holds the lock is gone. */
  readonly untilGone: (lock: string) => Promise<void>
}

/** Runs on one stream; the server's limit. */
const MAX_RUNS = 50

/**
 * Owns the streams of every page of this origin: two a person, one for runs and one for the run list, however many tabs
 * are open. A browser gives a host six connections over HTTP/1.1, which the streams of six tabs would use up.
 */
export class StreamHub {
  readonly #deps: HubDeps
  readonly #upstreams = new Map<string, Upstream>()

  constructor(deps: HubDeps) {
    this.#deps = deps
  }

  /** @returns what takes this page's messages. */
  connect(port: PagePort): (message: ToWorker) => void {
    const leave = new Map<number, () => void>()
    const close = (id: number) => {
      leave.get(id)?.()
      leave.delete(id)
    }
    return (message) => {
      if (message.kind === 'close') close(message.id)
      else if (message.kind === 'alive')
        void this.#deps.untilGone(message.lock).then(() => {
          for (const id of [...leave.keys()]) close(id)
        })
      else leave.set(message.id, this.#open(port, message))
    }
  }

  #open(port: PagePort, { id, who, token, topic }: Extract<ToWorker, { kind: 'open' }>): () => void {
    const subscriber: Subscriber = {
      topic,
      token,
      opened: () => port.postMessage({ kind: 'opened', id }),
      text: (text) => port.postMessage({ kind: 'text', id, text }),
      ended: () => port.postMessage({ kind: 'ended', id }),
      failed: (status, body) => port.postMessage({ kind: 'failed', id, status, body }),
    }
    const upstream = this.#upstreamFor(`${who} ${topic.kind}`, topic.kind === 'run' ? topic.runId : undefined)
    upstream.add(subscriber)
    return () => upstream.remove(subscriber)
  }

  /** A full one is left to those on it. */
  #upstreamFor(key: string, runId: string | undefined): Upstream {
    for (let place = 0; ; place++) {
      const name = `${key} ${place}`
      const upstream = this.#upstreams.get(name) ?? new Upstream(this.#deps)
      this.#upstreams.set(name, upstream)
      const { runs } = upstream
      if (runId === undefined || runs.has(runId) || runs.size < MAX_RUNS) return upstream
    }
  }
}
