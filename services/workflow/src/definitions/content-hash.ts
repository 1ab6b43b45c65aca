import { createHash } from 'node:crypto'
import type { Definition } from '@millrace/contracts'
import { canonicalContent } from '@millrace/engine'

/** SHA-256, in hex, of all that decides what runs: two definitions with one hash do the same. */
export const contentHashOf = (definition: Definition): string =>
  createHash('sha256').update(canonicalContent(definition)).digest('hex')
