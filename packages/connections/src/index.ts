export { type ConnectionOptions, type Connections, openConnections } from './connections.js'
export { type RunningService, runService, type ServiceParts } from './service.js'
