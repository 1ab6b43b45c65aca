import { randomBytes } from 'node:crypto'
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseJson } from '@millrace/contracts'
import type { Client } from '@millrace/sdk'

const EXAMPLES = ['github-issue-triage', 'order-intake', 'hello', 'nightly-report'] as const
const FOLDER = fileURLToPath(new URL('../../examples/', import.meta.url))
const SECRET_NAME = 'github-webhook-secret'

/**
 * Puts the example workflows into the workspace, through the API as anyone would; those that are there stay as
 * they are. Returns the secret that signs GitHub's deliveries, kept beside the owner's password.
 */
export async function seedExamples(
  client: Client,
  directory: string,
): Promise<{ secret: string; added: string[] }> {
  const secret = await ensureSecret(client, join(directory, 'github-webhook-secret'))
  const present = new Set((await client.workflows.list()).items.map(({ name }) => name))
  const added: string[] = []
  for (const name of EXAMPLES) {
    if (present.has(name)) continue
    const definition = parseJson(readFileSync(join(FOLDER, `${name}.json`), 'utf8'))
    await client.workflows.import(definition, { publish: true })
    added.push(name)
  }
  return { secret, added }
}

async function ensureSecret(client: Client, file: string): Promise<string> {
  const stored = (await client.credentials.list()).items.find(({ name }) => name === SECRET_NAME)
  if (stored !== undefined && existsSync(file)) return readFileSync(file, 'utf8')
  if (stored !== undefined) await client.credentials.remove(stored.id)
  const secret = randomBytes(24).toString('base64url')
  writeFileSync(file, secret, { mode: 0o600 })
  await client.credentials.create(SECRET_NAME, { type: 'secret', data: { secret } })
  return secret
}
