export { type DatabaseFault, findDatabaseFault } from './database-fault.js'
export { newId, uuidv7 } from './ids.js'
export { INGEST_ROLE } from './ingest-role.js'
export { migrate, migrateDown } from './migrate.js'
export {
  type Database,
  type DrizzleDatabase,
  type OpenOptions,
  openDatabase,
  type Sql,
} from './open.js'
export * as schema from './schema/index.js'
