export { newId, uuidv7 } from './ids.js'
export { migrate, migrateDown } from './migrate.js'
export {
  type Database,
  type DrizzleDatabase,
  INGEST_ROLE,
  type OpenOptions,
  openDatabase,
  type Sql,
} from './open.js'
export * as schema from './schema/index.js'
