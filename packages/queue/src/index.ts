export * from './port.js'
export { createPostgresQueue, type PostgresQueueOptions } from './postgres/create.js'
export { createRedisQueue, type RedisQueueOptions } from './redis/create.js'
export { CLASS_PATIENCE, virtualDeadline, windowOf } from './virtual-deadline.js'
