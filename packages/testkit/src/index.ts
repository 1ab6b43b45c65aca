export { freePort } from '@millrace/local-services'
export { createTestDatabase, type TestDatabase } from './database.js'
export * from './processes.js'
export { testRedisUrl } from './redis.js'
