export { freePort } from './port.js'
export { type PostgresOptions, type RunningPostgres, startPostgres } from './postgres/start.js'
export { commandLine, isAlive } from './process.js'
export { type RedisOptions, type RunningRedis, startRedis } from './redis/start.js'
