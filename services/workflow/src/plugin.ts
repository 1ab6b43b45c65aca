import cookie from '@fastify/cookie'
import type { FastifyInstance } from 'fastify'
import { registerAuthRoutes } from './auth/routes.js'
import type { WorkflowDeps } from './context.js'
import { registerCredentialRoutes } from './credentials/routes.js'
import { registerDraftRoutes } from './drafts/routes.js'
import { registerDeployRoutes } from './imports/deploy-routes.js'
import { registerImportRoutes } from './imports/routes.js'
import { registerNodeTypeRoutes } from './node-types/routes.js'
import { registerValidationRoutes } from './validation/routes.js'
import { registerVersionRoutes } from './versions/routes.js'
import { registerWorkflowRoutes } from './workflows/routes.js'

/** The workflow API: definitions, versions, sign-in and credentials. Register it on an app of `createApp`. */
export const workflowPlugin =
  (deps: WorkflowDeps) =>
  async (app: FastifyInstance): Promise<void> => {
    await app.register(cookie)
    registerAuthRoutes(app, deps)
    registerWorkflowRoutes(app, deps)
    registerDraftRoutes(app, deps)
    registerVersionRoutes(app, deps)
    registerImportRoutes(app, deps)
    registerDeployRoutes(app, deps)
    registerValidationRoutes(app)
    registerNodeTypeRoutes(app)
    registerCredentialRoutes(app, deps)
  }
