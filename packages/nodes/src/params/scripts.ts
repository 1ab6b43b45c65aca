import type { Json } from '@millrace/contracts'
import { type ParamProblem, titleAt } from '@millrace/engine'
import type { SyntaxCheck } from '@millrace/sandbox'
import { z } from 'zod'
import type { NodeType } from '../define.js'
import { paramsSchema } from '../describe.js'
import { nodeLibrary } from '../library.js'
import { pointerToken } from './templates.js'

/** Scripts among these params that cannot be read. */
export const scriptProblems = (
  type: NodeType,
  params: Readonly<Record<string, Json>>,
  check: SyntaxCheck,
): ParamProblem[] =>
  scriptNames(type).flatMap((name) => {
    const code = params[name]
    const error = typeof code === 'string' ? check(code) : undefined
    if (error === undefined) return []
    const { line, column, message } = error
    return [
      {
        pointer: pointerToken(name),
        code: 'SCRIPT_SYNTAX',
        message: `${titleAt(paramsSchema(type), [name])}: line ${line}, column ${column}: ${message}`,
      },
    ]
  })

/** Names of the top-level params that are JavaScript: `language` in their meta. */
const scriptNames = ({ params }: NodeType): string[] =>
  params instanceof z.ZodObject
    ? Object.entries(params.shape)
        .filter(([, field]) => field instanceof z.ZodType && field.meta()?.['language'] === 'javascript')
        .map(([name]) => name)
    : []

/** Whether a definition as it came has a node with a script, in bodies too. */
export const holdsScripts = (input: unknown): boolean =>
  membersOf(input, 'nodes').some(
    (node) =>
      isObject(node) &&
      ((typeof node['type'] === 'string' && SCRIPT_TYPES.has(node['type'])) || holdsScripts(node['body'])),
  )

const SCRIPT_TYPES: ReadonlySet<string> = new Set(
  [...nodeLibrary].flatMap(([name, type]) => (scriptNames(type).length > 0 ? [name] : [])),
)

const membersOf = (value: unknown, name: string): readonly unknown[] => {
  const list = isObject(value) ? value[name] : undefined
  return Array.isArray(list) ? list : []
}

const isObject = (value: unknown): value is Record<string, unknown> =>
  value !== null && typeof value === 'object'
