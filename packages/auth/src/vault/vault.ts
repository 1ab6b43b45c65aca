import { createCipheriv, createDecipheriv, createHash, randomBytes } from 'node:crypto'
import { MillraceError } from '@millrace/contracts'

/** What is stored of a secret: nothing of it can be read without the master key `keyId`. */
export interface Sealed {
  readonly keyId: string
  readonly wrappedKey: Uint8Array
  readonly ciphertext: Uint8Array
}

/** Whose secret it is. Bound to the ciphertext, so that a row moved to another owner does not open (I9). */
export interface SecretOwner {
  readonly workspaceId: string
  readonly credentialId: string
}

export interface Vault {
  seal(plaintext: string, owner: SecretOwner): Sealed
  /** Throws CREDENTIAL_UNREADABLE when the key is unknown, or anything was changed. */
  open(sealed: Sealed, owner: SecretOwner): string
}

export interface VaultOptions {
  /** By id, 32 bytes each. Older ones stay to open what they wrapped. */
  readonly masterKeys: ReadonlyMap<string, Uint8Array>
  /** The one that wraps new secrets. */
  readonly currentKeyId: string
}

const KEY_BYTES = 32
const NONCE_BYTES = 12
const TAG_BYTES = 16

/**
 * Envelope encryption with AES-256-GCM: each secret under a data key of its own, which the master key wraps.
 * A random nonce is safe here because no data key seals twice, and a master key seals few (2^32 is the bound of
 * NIST SP 800-38D, section 8.3). Throws RangeError on a missing or wrongly sized master key.
 */
export const createVault = ({ masterKeys, currentKeyId }: VaultOptions): Vault => {
  const current = masterKeys.get(currentKeyId)
  if (current === undefined) throw new RangeError(`there is no master key ${currentKeyId}`)
  for (const [id, key] of masterKeys)
    if (key.byteLength !== KEY_BYTES) throw new RangeError(`master key ${id} is not ${KEY_BYTES} bytes long`)
  return {
    seal: (plaintext, owner) => {
      const dataKey = randomBytes(KEY_BYTES)
      return {
        keyId: currentKeyId,
        wrappedKey: encrypt(current, dataKey, boundTo('key', owner)),
        ciphertext: encrypt(dataKey, Buffer.from(plaintext), boundTo('data', owner)),
      }
    },
    open: ({ keyId, wrappedKey, ciphertext }, owner) => {
      const masterKey = masterKeys.get(keyId)
      if (masterKey === undefined) throw new MillraceError('CREDENTIAL_UNREADABLE')
      const dataKey = decrypt(masterKey, wrappedKey, boundTo('key', owner))
      return decrypt(dataKey, ciphertext, boundTo('data', owner)).toString()
    },
  }
}

const boundTo = (part: 'key' | 'data', { workspaceId, credentialId }: SecretOwner): Buffer =>
  Buffer.from(`millrace/vault/v1/${part}/${workspaceId}/${credentialId}`)

/** nonce ‖ tag ‖ ciphertext */
const encrypt = (key: Uint8Array, plaintext: Uint8Array, associated: Buffer): Buffer => {
  const nonce = randomBytes(NONCE_BYTES)
  const cipher = createCipheriv('aes-256-gcm', key, nonce, { authTagLength: TAG_BYTES }).setAAD(associated)
  const body = Buffer.concat([cipher.update(plaintext), cipher.final()])
  return Buffer.concat([nonce, cipher.getAuthTag(), body])
}

const decrypt = (key: Uint8Array, sealed: Uint8Array, associated: Buffer): Buffer => {
  const nonce = sealed.subarray(0, NONCE_BYTES)
  const tag = sealed.subarray(NONCE_BYTES, NONCE_BYTES + TAG_BYTES)
  try {
    const decipher = createDecipheriv('aes-256-gcm', key, nonce, { authTagLength: TAG_BYTES })
    decipher.setAAD(associated).setAuthTag(tag)
    return Buffer.concat([decipher.update(sealed.subarray(NONCE_BYTES + TAG_BYTES)), decipher.final()])
  } catch {
    throw new MillraceError('CREDENTIAL_UNREADABLE')
  }
}

/**
 * The vault of one master key, as the configuration gives it. The key's id comes from its own bytes, so that a
 * changed key is noticed and not tried.
 */
export const createVaultOfKey = (masterKey: Uint8Array): Vault => {
  const currentKeyId = createHash('sha256')
    .update('millrace/key-id/')
    .update(masterKey)
    .digest('hex')
    .slice(0, 16)
  return createVault({ masterKeys: new Map([[currentKeyId, masterKey]]), currentKeyId })
}
