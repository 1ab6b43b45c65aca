import { migrate } from './migrate.js'

/** Takes turns with others under a lock of its session: a pooler may lend none. */
const url = process.env.DATABASE_DIRECT_URL || process.env.DATABASE_URL
if (url === undefined || url === '') {
  console.error(
    'DATABASE_URL is not set: give the database to migrate, as postgres://user:password@host/name',
  )
  process.exit(2)
}
try {
  const applied = await migrate(url)
  console.log(applied.length === 0 ? 'The schema is up to date.' : `Applied ${applied.join(', ')}.`)
} catch (error) {
  console.error(`The schema could not be brought up to date: ${(error as Error).message}`)
  process.exit(1)
}
