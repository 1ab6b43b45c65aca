export type { SqlResult } from './connection/result.js'
export { createSqlRunner, type SqlQuery, type SqlRunner, type SqlUser } from './runner.js'
