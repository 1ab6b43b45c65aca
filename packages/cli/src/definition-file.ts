import { readFile } from 'node:fs/promises'
import { resolve } from 'node:path'
import { draftDefinition, type Json } from '@millrace/contracts'
import { UsageError } from './exit-code.js'
import { readJsonText } from './json-text.js'
import type { Terminal } from './terminal.js'
import { readUtf8 } from './utf8.js'

/** Throws UsageError when the file cannot be read or is not JSON. */
export const readJsonFile = async (terminal: Terminal, path: string): Promise<Json> =>
  readJsonText(await readText(terminal, path), nameOf(path))

/** `-` is standard input. */
const readText = async (terminal: Terminal, path: string): Promise<string> => {
  const bytes =
    path === '-'
      ? await terminal.readInput()
      : await readFile(resolve(terminal.cwd, path)).catch((error: NodeJS.ErrnoException) => {
          throw new UsageError(`Cannot read ${path}: ${error.code ?? error.message}.`)
        })
  return readUtf8(bytes, nameOf(path))
}

const nameOf = (path: string): string => (path === '-' ? 'Standard input' : path)

/** As above; also when the file does not hold a JSON object, or one of its objects holds a key twice. */
export const readDefinitionFile = async (terminal: Terminal, path: string): Promise<Record<string, Json>> => {
  const text = await readText(terminal, path)
  const parsed = draftDefinition.safeParse(readJsonText(text, nameOf(path)))
  if (!parsed.success) throw new UsageError(`${nameOf(path)} does not hold a JSON object.`)
  return parsed.data
}
