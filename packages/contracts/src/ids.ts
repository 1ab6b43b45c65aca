import { z } from 'zod'

const uuid = <B extends string>(brand: B) =>
  z
    .uuid()
    .transform((value) => value.toLowerCase())
    .pipe(z.string().brand(brand))

/** Ids are UUIDs; run ids are version 7, so that they sort by creation. Parse at the edge, trust inside. */
export const workspaceId = uuid('WorkspaceId')
export const userId = uuid('UserId')
export const workflowId = uuid('WorkflowId')
export const versionId = uuid('VersionId')
export const runId = uuid('RunId')
export const credentialId = uuid('CredentialId')

export type WorkspaceId = z.output<typeof workspaceId>
export type UserId = z.output<typeof userId>
export type WorkflowId = z.output<typeof workflowId>
export type VersionId = z.output<typeof versionId>
export type RunId = z.output<typeof runId>
export type CredentialId = z.output<typeof credentialId>
