import { readFile } from 'node:fs/promises'
import { resolve } from 'node:path'
import { draftDefinition, type Json, json, parseJson, repeatedKeys } from '@millrace/contracts'
import { UsageError } from './exit-code.js'
import type { Terminal } from './terminal.js'

/** Throws UsageError when the file cannot be read or is not JSON. */
export const readJsonFile = async (terminal: Terminal, path: string): Promise<Json> =>
  parseFile(await readText(terminal, path), path)

/** `-` is standard input. */
const readText = async (terminal: Terminal, path: string): Promise<string> => {
  const text =
    path === '-'
      ? await terminal.readInput()
      : await readFile(resolve(terminal.cwd, path), 'utf8').catch((error: NodeJS.ErrnoException) => {
          throw new UsageError(`Cannot read ${path}: ${error.code ?? error.message}.`)
        })
  return text.replace(/^\ufeff/, '')
}

const parseFile = (text: string, path: string): Json => {
  try {
    return json.parse(parseJson(text))
  } catch (error) {
    throw new UsageError(
      `${path} is not valid JSON: ${error instanceof Error ? error.message : String(error)}.`,
    )
  }
}

/** As above; also when the file does not hold a JSON object, or one of its objects holds a key twice. */
export const readDefinitionFile = async (terminal: Terminal, path: string): Promise<Record<string, Json>> => {
  const text = await readText(terminal, path)
  const parsed = draftDefinition.safeParse(parseFile(text, path))
  const [repeated] = repeatedKeys(text)
  if (repeated !== undefined)
    throw new UsageError(`${path}: the key at ${repeated} stands there twice, and only the last would count.`)
  if (!parsed.success) throw new UsageError(`${path} does not hold a JSON object.`)
  return parsed.data
}
