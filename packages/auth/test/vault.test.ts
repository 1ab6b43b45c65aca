import { randomBytes } from 'node:crypto'
import type { CredentialData } from '@millrace/contracts'
import { uuidv7 } from '@millrace/db'
import { describe, expect, test } from 'vitest'
import { createCredentialStore, createVault, type Sealed } from '../src/index.js'
import { addUser, useDatabase } from './database-for-test.js'

const keys = new Map([
  ['k1', randomBytes(32)],
  ['k2', randomBytes(32)],
])
const vault = createVault({ masterKeys: keys, currentKeyId: 'k2' })
const owner = { workspaceId: uuidv7(), credentialId: uuidv7() }
const CANARY = `canary-${randomBytes(12).toString('hex')}`

const flip = (bytes: Uint8Array, at: number): Uint8Array =>
  bytes.map((byte, i) => (i === at ? byte ^ 1 : byte))

describe('vault', () => {
  test('opens what it sealed, under the current key and older ones', () => {
    const old = createVault({ masterKeys: keys, currentKeyId: 'k1' }).seal('secret', owner)
    expect(old.keyId).toBe('k1')
    expect(vault.open(old, owner)).toBe('secret')
    expect(vault.seal('secret', owner)).not.toEqual(vault.seal('secret', owner))
  })

  const sealed = vault.seal(CANARY, owner)
  test.each<[string, Sealed, typeof owner]>([
    ['another workspace', sealed, { ...owner, workspaceId: uuidv7() }],
    ['another credential', sealed, { ...owner, credentialId: uuidv7() }],
    ['a changed nonce', { ...sealed, ciphertext: flip(sealed.ciphertext, 0) }, owner],
    ['a changed tag', { ...sealed, ciphertext: flip(sealed.ciphertext, 12) }, owner],
    ['a changed text', { ...sealed, ciphertext: flip(sealed.ciphertext, 28) }, owner],
    ['a changed key', { ...sealed, wrappedKey: flip(sealed.wrappedKey, 40) }, owner],
    ['a text cut short', { ...sealed, ciphertext: sealed.ciphertext.subarray(0, 20) }, owner],
    ['nothing', { ...sealed, ciphertext: new Uint8Array() }, owner],
    ['swapped parts', { ...sealed, wrappedKey: sealed.ciphertext, ciphertext: sealed.wrappedKey }, owner],
    ['an unknown master key', { ...sealed, keyId: 'k9' }, owner],
    ['the wrong master key', { ...sealed, keyId: 'k1' }, owner],
  ])('%s does not open', (_name, tampered, who) => {
    const open = () => vault.open(tampered, who)
    expect(open).toThrow(expect.objectContaining({ code: 'CREDENTIAL_UNREADABLE' }))
  })

  test('refuses keys of the wrong size, or none', () => {
    expect(() => createVault({ masterKeys: new Map(), currentKeyId: 'k1' })).toThrow(RangeError)
    const short = new Map([['k1', randomBytes(16)]])
    expect(() => createVault({ masterKeys: short, currentKeyId: 'k1' })).toThrow(RangeError)
  })
})

describe('credentials', () => {
  const sql = useDatabase()
  const secret: CredentialData = { type: 'secret', data: { secret: CANARY } }

  test('are created, listed without values, used and removed, each in its own workspace', async () => {
    const store = createCredentialStore(sql(), vault)
    const mine = await addUser(sql(), 'mine@example.com')
    const theirs = await addUser(sql(), 'theirs@example.com')
    const created = await store.create(mine, 'api', secret)
    expect(created).toMatchObject({ name: 'api', type: 'secret' })
    await expect(store.create(mine, 'api', secret)).rejects.toMatchObject({ code: 'CREDENTIAL_NAME_TAKEN' })
    await store.create(theirs, 'api', { type: 'bearer', data: { token: 'other' } })

    expect(await store.list(mine.workspaceId)).toEqual([created])
    expect(await store.use(mine.workspaceId, 'api')).toEqual(secret)
    expect(await store.remove(theirs.workspaceId, created.id)).toBe(false)
    expect(await store.remove(mine.workspaceId, created.id)).toBe(true)
    await expect(store.use(mine.workspaceId, 'api')).rejects.toMatchObject({ code: 'CREDENTIAL_NOT_FOUND' })
  })

  test('the canary is nowhere in the row, and a row moved to another workspace does not open', async () => {
    const store = createCredentialStore(sql(), vault)
    const mine = await addUser(sql(), 'mine2@example.com')
    const theirs = await addUser(sql(), 'theirs2@example.com')
    const { id } = await store.create(mine, 'hidden', secret)
    const [row] = await sql()`SELECT credentials::text AS whole FROM credentials WHERE id = ${id}`
    for (const form of [CANARY, Buffer.from(CANARY).toString('base64'), Buffer.from(CANARY).toString('hex')])
      expect(row?.whole).not.toContain(form)
    await sql()`UPDATE credentials SET workspace_id = ${theirs.workspaceId} WHERE id = ${id}`
    const stolen = await store.use(theirs.workspaceId, 'hidden').catch((error: unknown) => error)
    expect(stolen).toMatchObject({ code: 'CREDENTIAL_UNREADABLE' })
    expect(JSON.stringify(stolen)).not.toContain(CANARY)
  })
})
