export { createSqlRunner, type SqlResult, type SqlRunner } from './runner.js'
