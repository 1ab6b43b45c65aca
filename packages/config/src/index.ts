export { ConfigError } from './config-error.js'
export { type Config, childEnvironment, loadConfig } from './load.js'
export type { Secrets } from './secrets.js'
export { variables } from './variables.js'
