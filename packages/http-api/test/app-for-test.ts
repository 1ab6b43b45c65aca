import { type Actor, ROLE_PERMISSIONS } from '@millrace/auth'
import { MillraceError, type Role, role } from '@millrace/contracts'
import type { FastifyInstance } from 'fastify'
import { afterEach } from 'vitest'
import { type AppOptions, createApp } from '../src/index.js'

const open: FastifyInstance[] = []
afterEach(async () => {
  await Promise.all(open.splice(0).map((app) => app.close()))
})

export const actorOf = (name: Role): Actor => ({
  userId: '00000000-0000-4000-8000-000000000001',
  workspaceId: '00000000-0000-4000-8000-000000000002',
  role: name,
  email: 'somebody@example.com',
})

/** Takes `Bearer <role>` for a token of that role. */
const authenticate = async (header: string | undefined): Promise<Actor> => {
  const parsed = role.safeParse(header?.replace('Bearer ', ''))
  if (!parsed.success) throw new MillraceError('UNAUTHENTICATED')
  return actorOf(parsed.data)
}

export const testApp = (options: Partial<AppOptions> = {}): FastifyInstance => {
  const app = createApp({ name: 'test', authenticate, ...options })
  open.push(app)
  return app
}

export const ROLES = Object.keys(ROLE_PERMISSIONS) as Role[]
