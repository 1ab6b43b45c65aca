import { queryInteger, storableText } from '@millrace/contracts'
import { z } from 'zod'

/** Bytes. A definition of 10,000 nodes has to arrive to be told that it is too large. */
export const DEFINITION_BODY_LIMIT = 16 * 1024 * 1024

/** A workflow by id or by name. */
export const workflowRef = z.object({ workflow: storableText.min(1).max(128) })
export const versionRef = workflowRef.extend({ number: queryInteger.min(1) })
