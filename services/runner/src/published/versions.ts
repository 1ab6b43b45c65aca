import { type Definition, definition, MillraceError, type Priority } from '@millrace/contracts'
import type { Sql } from '@millrace/db'
import { compileKey, type Scope } from '@millrace/expressions'
import { type WebhookRoute, webhookRoutes } from '@millrace/nodes'

/** What starting a run needs to know of its version. */
export interface VersionFacts {
  readonly id: string
  readonly workflowId: string
  /** Trigger node ids and their types. */
  readonly triggers: ReadonlyMap<string, string>
  readonly webhooks: ReadonlyMap<string, WebhookRoute>
  /** Ids of the nodes that answer the caller of a webhook. */
  readonly respondNodes: ReadonlySet<string>
  readonly priority: Priority
  readonly responseTimeoutMs: number
  /** Whether a run needs no turn to begin: nothing debounces, limits or counts them. */
  readonly startsFreely: boolean
  /** Given for a workflow that refuses runs it has no place for, or that come too soon. */
  readonly refusing: RefusingPolicies | undefined
}

export interface RefusingPolicies {
  readonly place: (Keyed & { readonly limit: number }) | undefined
  readonly rate: (Keyed & { readonly runs: number; readonly perMs: number }) | undefined
  readonly workflow: Scope['workflow']
  readonly vars: Scope['vars']
}

interface Keyed {
  /** Throws the errors of an expression. */
  key(scope: Scope): Promise<string>
}

const MAX_VERSIONS = 500
const RESPONSE_TIMEOUT_MS = 30_000

/** Facts by version id. Versions never change, so that an entry is good for ever; the least lately used goes first. */
export class Versions {
  readonly #sql: Sql
  readonly #facts = new Map<string, Promise<VersionFacts>>()

  constructor(sql: Sql) {
    this.#sql = sql
  }

  /** @throws NOT_FOUND */
  get(versionId: string): Promise<VersionFacts> {
    const facts = this.#facts.get(versionId) ?? this.#load(versionId)
    this.#facts.delete(versionId)
    this.#facts.set(versionId, facts)
    if (this.#facts.size > MAX_VERSIONS) {
      const oldest = this.#facts.keys().next()
      if (!oldest.done) this.#facts.delete(oldest.value)
    }
    return facts
  }

  #load(versionId: string): Promise<VersionFacts> {
    const facts = readVersion(this.#sql, versionId)
    facts.catch(() => this.#facts.delete(versionId))
    return facts
  }
}

const readVersion = async (sql: Sql, versionId: string): Promise<VersionFacts> => {
  const [row] = await sql<{ workflow_id: string; number: number; definition: unknown }[]>`
    SELECT workflow_id, number, definition_text AS definition FROM workflow_versions WHERE id = ${versionId}`
  if (row === undefined) throw new MillraceError('NOT_FOUND', 'There is no such version')
  const parsed = definition.parse(row.definition)
  const ofType = (matches: (type: string) => boolean) => parsed.nodes.filter((node) => matches(node.type))
  return {
    id: versionId,
    workflowId: row.workflow_id,
    triggers: new Map(ofType((type) => type.startsWith('trigger.')).map((node) => [node.id, node.type])),
    webhooks: new Map(webhookRoutes(parsed).map((route) => [route.nodeId, route])),
    respondNodes: new Set(ofType((type) => type === 'http.respond').map((node) => node.id)),
    priority: parsed.settings.priority,
    responseTimeoutMs: parsed.settings.responseTimeoutMs ?? RESPONSE_TIMEOUT_MS,
    startsFreely: startsFreely(parsed),
    refusing: refusingPolicies(parsed, { id: row.workflow_id, name: parsed.name, version: row.number }),
  }
}

const startsFreely = ({ settings: { concurrency, debounce, rateLimit } }: Definition): boolean =>
  concurrency === undefined && debounce === undefined && rateLimit === undefined

const refusingPolicies = (
  { settings: { concurrency, rateLimit }, vars = {} }: Definition,
  workflow: Scope['workflow'],
): RefusingPolicies | undefined => {
  const place = concurrency?.whenFull === 'reject' ? concurrency : undefined
  const rate = rateLimit?.whenFull === 'reject' ? rateLimit : undefined
  if (place === undefined && rate === undefined) return undefined
  return {
    place: place && { ...place, key: compileKey(place.key, '/settings/concurrency') },
    rate: rate && { ...rate, key: compileKey(rate.key, '/settings/rateLimit') },
    workflow,
    vars,
  }
}
