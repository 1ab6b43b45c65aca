export * from './credentials.js'
export * from './identity.js'
export * from './runs.js'
export * from './workflows.js'
