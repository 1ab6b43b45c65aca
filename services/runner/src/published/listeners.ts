import type { Sql } from '@millrace/db'
import type { WebhookRoute } from '@millrace/nodes'
import { FreshCache } from './fresh-cache.js'
import type { VersionFacts, Versions } from './versions.js'

/** Who listens on a webhook path, with all that accepting a request needs. */
export interface Listener {
  readonly workspaceId: string
  readonly workflowId: string
  readonly nodeId: string
  readonly route: WebhookRoute
  readonly version: VersionFacts
  /** Undefined when the webhook has no usable secret: then it refuses everything. */
  readonly secret: string | undefined
}

export interface ListenersDeps {
  readonly sql: Sql
  readonly versions: Versions
  /** The secret of a credential; undefined when it does not exist or holds none. */
  readonly secretOf: (workspaceId: string, credential: string) => Promise<string | undefined>
  readonly now: () => number
}

/** A published change, a changed secret, or a removed webhook takes effect within this time. */
const MAX_AGE_MS = 1_000
const MAX_ENTRIES = 5_000
const SLUG = /^[A-Za-z0-9_-]{1,128}$/
const PATH = /^[A-Za-z0-9_/-]{1,200}$/

/** Listeners by workspace slug, method and path, so that accepting a webhook costs one round trip: the insert. */
export class Listeners {
  readonly #deps: ListenersDeps
  readonly #cache: FreshCache<Listener>

  constructor(deps: ListenersDeps) {
    this.#deps = deps
    this.#cache = new FreshCache({
      load: (key) => this.#load(key),
      maxAgeMs: MAX_AGE_MS,
      maxEntries: MAX_ENTRIES,
      now: deps.now,
    })
  }

  async find(workspaceSlug: string, method: string, path: string): Promise<Listener | undefined> {
    // Nothing else can have been published, nor can be asked of Postgres without surprises.
    if (!SLUG.test(workspaceSlug) || !PATH.test(path)) return undefined
    return await this.#cache.get(JSON.stringify([workspaceSlug, method, path]))
  }

  /** The methods that something listens for on this path, in the order of the alphabet. */
  async methodsOf(workspaceSlug: string, path: string): Promise<string[]> {
    if (!SLUG.test(workspaceSlug) || !PATH.test(path)) return []
    const rows = await this.#deps.sql<{ method: string }[]>`
      SELECT h.method FROM workspaces w JOIN webhooks h ON h.workspace_id = w.id
      WHERE w.slug = ${workspaceSlug} AND h.path = ${path} ORDER BY h.method`
    return rows.map(({ method }) => method)
  }

  async #load(key: string): Promise<Listener | undefined> {
    const [slug, method, path]: string[] = JSON.parse(key)
    const [row] = await this.#deps.sql<{ workspace_id: string; version_id: string; node_id: string }[]>`
      SELECT h.workspace_id, h.version_id, h.node_id
      FROM workspaces w JOIN webhooks h ON h.workspace_id = w.id
      WHERE w.slug = ${slug ?? ''} AND h.path = ${path ?? ''} AND h.method = ${method ?? ''}`
    if (row === undefined) return undefined
    const version = await this.#deps.versions.get(row.version_id)
    const route = version.webhooks.get(row.node_id)
    if (route === undefined) return undefined
    return {
      workspaceId: row.workspace_id,
      workflowId: version.workflowId,
      nodeId: row.node_id,
      route,
      version,
      secret: await this.#secret(row.workspace_id, route),
    }
  }

  async #secret(workspaceId: string, route: WebhookRoute): Promise<string | undefined> {
    if (route.auth.kind === 'none') return undefined
    return await this.#deps.secretOf(workspaceId, route.auth.credential)
  }
}
