export * from './port.js'
export { createPostgresFeed, type PostgresFeedOptions } from './postgres/create.js'
export { createRedisFeed, type RedisFeedOptions } from './redis/create.js'
export * from './run-feed.js'
