import { readFile, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { createTempFolder } from '@millrace/testkit'
import { expect, test } from 'vitest'
import { ensureOwner, verifyPassword } from '../src/index.js'
import { useDatabase } from './database-for-test.js'

const sql = useDatabase()

test('many processes starting at once make one workspace, whose password is in the file', async () => {
  const folder = createTempFolder()
  const dir = join(folder.path, 'millrace')
  const owners = await Promise.all(Array.from({ length: 4 }, () => ensureOwner(sql(), { dir })))
  expect(owners.filter((owner) => owner.created)).toHaveLength(1)
  const file = join(dir, 'owner.json')
  expect((await stat(file)).mode & 0o777).toBe(0o600)
  const { email, password } = JSON.parse(await readFile(file, 'utf8'))
  const rows = await sql()`
    SELECT email, role, slug, password_hash FROM users
    JOIN memberships ON user_id = users.id JOIN workspaces ON workspace_id = workspaces.id`
  expect(rows).toMatchObject([{ email, role: 'admin', slug: 'default' }])
  expect(await verifyPassword(rows[0]?.password_hash, password)).toBe(true)

  expect((await ensureOwner(sql(), { dir })).created).toBe(false)
  expect(JSON.parse(await readFile(file, 'utf8')).password).toBe(password)
  folder.remove()
})
