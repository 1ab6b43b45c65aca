import { z } from 'zod'
import { integer } from '../bounds.js'
import { definition, definitionProblem, MAX_PROBLEMS } from '../definition.js'
import { json } from '../json/value.js'
import { runStatus } from '../status.js'

const time = z.iso.datetime()

/** A draft is stored as the author left it: it may have problems until it is published. */
export const draftDefinition = z.record(z.string(), json)

export const workflowSummary = z.object({
  id: z.string(),
  name: z.string(),
  description: z.string(),
  draftRevision: z.int(),
  publishedVersion: z.int().nullable(),
  /** True when the draft differs from the published version in what runs. */
  draftAhead: z.boolean(),
  triggers: z.array(z.string()),
  createdAt: time,
  updatedAt: time,
})
export type WorkflowSummary = z.infer<typeof workflowSummary>
export const workflow = workflowSummary.extend({ draft: draftDefinition })
export type Workflow = z.infer<typeof workflow>

/** A workflow in a list: with what an operator wants to see of it at a glance. */
export const workflowListItem = workflowSummary.extend({
  /** Of the draft, each once. */
  nodeTypes: z.array(z.string()),
  /** The last 20, newest first. */
  recentRuns: z.array(
    z.object({
      id: z.string(),
      status: runStatus,
      createdAt: time,
      /** Milliseconds from start to end; null unless it has ended. */
      durationMs: z.number().nullable(),
    }),
  ),
  /** The next tick of its schedules. */
  nextRunAt: time.nullable(),
})
export type WorkflowListItem = z.infer<typeof workflowListItem>

/** How many runs of a workflow have not ended; test runs count. Beyond `MAX_COUNTED` it is not told how many more. */
export const runsUnderWayAnswer = z.object({
  count: z.int().min(0),
  /** False: there are more than `count`. */
  exact: z.boolean(),
})
export type RunsUnderWay = z.infer<typeof runsUnderWayAnswer>

export const createWorkflowBody = z.strictObject({ definition: draftDefinition })
export const saveDraftBody = z.strictObject({
  definition: draftDefinition,
  /** The revision the change was made on; another current revision gives 409 DRAFT_CONFLICT. */
  baseRevision: integer,
})
export const publishBody = z.strictObject({ message: z.string().max(500).optional() })

export const version = z.object({
  id: z.string(),
  workflowId: z.string(),
  number: z.int(),
  contentHash: z.string(),
  message: z.string().nullable(),
  createdAt: time,
  createdBy: z.string().nullable(),
})
export type Version = z.infer<typeof version>
export const versionWithDefinition = version.extend({ definition })
export type VersionWithDefinition = z.infer<typeof versionWithDefinition>

export const validateBody = z.strictObject({ definition: json })
export const validateAnswer = z.object({
  valid: z.boolean(),
  /** The first of them. */
  problems: z.array(definitionProblem).max(MAX_PROBLEMS),
  /** How many there are in all. */
  problemCount: z.int().min(0),
})
export const deployBody = z.strictObject({
  /** In either form. Its name says which workflow it is; one that does not exist is made. */
  definition: json,
  message: z.string().max(500).optional(),
  /** The draft's revision that the caller has seen. Without it, a draft with unpublished changes is not replaced. */
  baseRevision: integer.optional(),
  /** Replace the draft whatever it holds. */
  force: z.boolean().default(false),
})
export type DeployBody = z.input<typeof deployBody>

/** Where a published webhook is called. */
export const webhookAddress = z.object({
  workflowId: z.string(),
  node: z.string(),
  method: z.string(),
  url: z.string(),
})
export type WebhookAddress = z.infer<typeof webhookAddress>

export const deployAnswer = z.object({
  workflow: z.object({ id: z.string(), name: z.string() }),
  version,
  /** False when the published version already does exactly what the definition says. */
  created: z.boolean(),
  webhooks: z.array(webhookAddress),
})
export type DeployAnswer = z.infer<typeof deployAnswer>

export const importBody = z.strictObject({ definition: json, publish: z.boolean().default(false) })
