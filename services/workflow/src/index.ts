export { buildWorkflowApp } from './app.js'
export type { WorkflowDeps } from './context.js'
export { workflowPlugin } from './plugin.js'
