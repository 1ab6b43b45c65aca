import { type Json, json, MillraceError, parseJson } from '@millrace/contracts'
import { UsageError } from './exit-code.js'

/**
 * JSON that somebody has given; `where` begins the message. Throws UsageError: text that is no JSON, and JSON that no run may
 * hold, are two things.
 */
export const readJsonText = (text: string, where: string, advice = ''): Json => {
  try {
    return json.parse(parseJson(text))
  } catch (error) {
    if (error instanceof MillraceError) throw new UsageError(`${where}: ${error.message}. ${error.hint}`)
    throw new UsageError(`${where} is not valid JSON${advice || `: ${messageOf(error)}.`}`)
  }
}

const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error))
