import { type Json, readWrittenJson } from '@millrace/contracts'
import { UsageError } from './exit-code.js'

/**
 * JSON that somebody has given; `where` begins the message, `advice` ends it. Throws UsageError: text that is no JSON, and JSON
 * that no run may hold, are two things.
 */
export const readJsonText = (text: string, where: string, advice = ''): Json => {
  const read = readWrittenJson(text)
  if (read.ok) return read.value
  const { at, message } = read
  if (at === undefined) throw new UsageError(`${where}: ${message}.`)
  throw new UsageError(
    `${where} is not valid JSON: line ${at.line}, column ${at.column}: ${message}.${advice}`,
  )
}
