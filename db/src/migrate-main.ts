import { migrate } from './migrate.js'

const url = process.env.DATABASE_URL
if (url === undefined || url === '') {
  console.error(
    'DATABASE_URL is not set: give the database to migrate, as postgres://user:password@host/name',
  )
  process.exit(2)
}
const applied = await migrate(url)
console.log(applied.length === 0 ? 'The schema is up to date.' : `Applied ${applied.join(', ')}.`)
