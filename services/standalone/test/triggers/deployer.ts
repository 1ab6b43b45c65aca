import { randomBytes } from 'node:crypto'
import {
  API_TOKENS,
  createCredentialStore,
  createSignIn,
  createTokenService,
  createVaultOfKey,
} from '@millrace/auth'
import type { DefinitionInput } from '@millrace/contracts'
import { uuidv7 } from '@millrace/db'
import { createApp } from '@millrace/http-api'
import { workflowPlugin } from '@millrace/workflow-service'
import type { DefinitionParts, Version, World } from '../durability/world.js'

/** Publishes as an author does, through the workflow API: that is what makes a workspace listen. */
export interface Deployer {
  /** Under a name of its own unless one is given; the edges chain the nodes unless they are given. */
  deploy(parts: DefinitionParts & { readonly name?: string }): Promise<Version & { readonly name: string }>
  archive(workflowId: string): Promise<void>
  close(): Promise<void>
}

export const openDeployer = async ({ sql, workspaceId }: World): Promise<Deployer> => {
  const userId = uuidv7()
  await sql`INSERT INTO users (id, email, password_hash) VALUES (${userId}, ${`${userId}@example.org`}, '')`
  const tokens = createTokenService({ ...API_TOKENS, secret: randomBytes(48), now: Date.now })
  const app = createApp({
    name: 'workflow',
    authenticate: async () => ({ userId, workspaceId, role: 'admin', email: 'ada@example.org' }),
  })
  await app.register(
    workflowPlugin({
      sql,
      signIn: createSignIn(sql, tokens),
      credentials: createCredentialStore(sql, createVaultOfKey(randomBytes(32))),
      publicUrl: 'https://millrace.example',
      allowPrivate: [],
    }),
  )
  await app.ready()
  const send = async (method: 'POST' | 'DELETE', path: string, payload: object = {}) => {
    const answer = await app.inject({ method, url: `/api/v1${path}`, payload })
    if (answer.statusCode >= 300) throw new Error(`${method} ${path}: ${answer.statusCode} ${answer.body}`)
    return answer
  }
  return {
    deploy: async (parts) => {
      const definition = definitionOf(parts)
      const { id: workflowId } = (await send('POST', '/workflows', { definition })).json()
      const { id: versionId } = (await send('POST', `/workflows/${workflowId}/publish`)).json()
      return { workflowId, versionId, name: definition.name }
    },
    archive: async (workflowId) => {
      await send('DELETE', `/workflows/${workflowId}`)
    },
    close: () => app.close(),
  }
}

const definitionOf = ({
  name = `flow-${uuidv7()}`,
  nodes,
  edges,
  settings,
}: DefinitionParts & { readonly name?: string }): DefinitionInput => ({
  format: 'millrace/v1',
  name,
  nodes,
  edges: edges ?? nodes.slice(1).map(({ id }, index) => ({ from: nodes[index]?.id ?? '', to: id })),
  ...(settings === undefined ? {} : { settings }),
})
