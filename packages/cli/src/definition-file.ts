import { readFile } from 'node:fs/promises'
import { resolve } from 'node:path'
import {
  type DefinitionProblem,
  definition,
  draftDefinition,
  type Json,
  json,
  parseJson,
  repeatedKeys,
} from '@millrace/contracts'
import { UsageError } from './exit-code.js'
import type { Terminal } from './terminal.js'

/** Throws UsageError when the file cannot be read or is not JSON. */
export const readJsonFile = async (terminal: Terminal, path: string): Promise<Json> =>
  parseFile(await readText(terminal, path), path)

const readText = async ({ cwd }: Terminal, path: string): Promise<string> => {
  const text = await readFile(resolve(cwd, path), 'utf8').catch((error: NodeJS.ErrnoException) => {
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

/** Anything else is left to the server, which also knows the linear form. */
export const isMillraceFormat = (file: Record<string, Json>): boolean => file.format === 'millrace/v1'

/** What the contract alone can tell, without a server. */
export const shapeProblems = (file: Record<string, Json>): DefinitionProblem[] => {
  const parsed = definition.safeParse(file)
  if (parsed.success) return []
  return parsed.error.issues.map((issue) => ({
    pointer: issue.path.map((key) => `/${String(key).replaceAll('~', '~0').replaceAll('/', '~1')}`).join(''),
    code: 'INVALID_SHAPE',
    message: issue.message,
    hint: 'See the definition format in the docs.',
  }))
}
