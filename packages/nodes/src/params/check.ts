import type { Json } from '@millrace/contracts'
import { issuesOf, type ParamProblem, sayIssue, titleAt } from '@millrace/engine'
import type { z } from 'zod'
import type { NodeType } from '../define.js'
import { paramsSchema } from '../describe.js'
import { rawParamNames } from './raw.js'
import { isTemplate, pointerToken, stringsIn } from './templates.js'

type Issue = z.core.$ZodIssue
type Params = Record<string, Json>

/**
 * Everything wrong with the unresolved params of a node. A template counts as any value at its place, except in
 * triggers: their params are read at publish, when there is no run to resolve them against.
 */
export const checkParams = (type: NodeType, params: Params): readonly ParamProblem[] => [
  ...shapeProblems(type, params),
  ...(type.trigger ? templatesInTrigger(params) : []),
]

const shapeProblems = (type: NodeType, params: Params): ParamProblem[] => {
  const issues = issuesOf(type.params, params)
  if (issues.length === 0) return []
  const raw = new Set(rawParamNames(type.params))
  const countsAsAny = (path: readonly PropertyKey[]) =>
    !raw.has(String(path[0])) && reachesTemplate(params, path)
  return realIssues(issues, [], countsAsAny).flatMap((issue) =>
    toProblems(issue, params, (path) => titleAt(paramsSchema(type), path)),
  )
}

const reachesTemplate = (value: unknown, path: readonly PropertyKey[]): boolean => {
  let here = value
  for (const key of path) {
    if (isTemplate(here)) return true
    here = childOf(here, key)
  }
  return isTemplate(here)
}

/** Issues that no template explains. Of a union, those of the variant that comes closest. */
const realIssues = (
  issues: readonly Issue[],
  prefix: readonly PropertyKey[],
  countsAsAny: (path: readonly PropertyKey[]) => boolean,
): Issue[] =>
  issues.flatMap((issue) => {
    const path = [...prefix, ...issue.path]
    if (countsAsAny(path)) return []
    if (issue.code !== 'invalid_union' || issue.errors.length === 0) return [{ ...issue, path }]
    const variants = issue.errors.map((variant) => realIssues(variant, path, countsAsAny))
    return variants.reduce((best, variant) => (isCloser(variant, best) ? variant : best))
  })

/** Fewer issues first; among equals the one that got further into the value. */
const isCloser = (a: readonly Issue[], b: readonly Issue[]): boolean =>
  a.length < b.length || (a.length === b.length && depthOf(a) > depthOf(b))

const depthOf = (issues: readonly Issue[]): number => Math.max(0, ...issues.map(({ path }) => path.length))

const toProblems = (
  issue: Issue,
  params: Params,
  titleOfPath: (path: readonly PropertyKey[]) => string,
): ParamProblem[] => {
  const pointer = issue.path.map(pointerToken).join('')
  if (issue.code === 'unrecognized_keys')
    return issue.keys.map((key) => ({
      pointer: pointer + pointerToken(key),
      code: 'INVALID_PARAM',
      message: `There is no setting ${JSON.stringify(key)} here`,
      hint: 'Remove it, or check its spelling.',
    }))
  const value = issue.path.reduce<unknown>(childOf, params)
  if (issue.path.at(-1) === 'credential' && (value === undefined || value === null || value === ''))
    return [{ pointer, code: 'MISSING_CREDENTIAL', message: `${titleOfPath(issue.path)} is required` }]
  return [{ pointer, code: 'INVALID_PARAM', ...sayIssue(issue, titleOfPath(issue.path), value) }]
}

const childOf = (value: unknown, key: PropertyKey): unknown =>
  value !== null && typeof value === 'object'
    ? Object.entries(value).find(([k]) => k === String(key))?.[1]
    : undefined

const templatesInTrigger = (params: Params): ParamProblem[] =>
  stringsIn(params)
    .filter(({ text }) => isTemplate(text))
    .map(({ pointer }) => ({
      pointer,
      code: 'INVALID_PARAM',
      message: 'A trigger is read when the workflow is published: it takes no templates',
      hint: 'Enter a fixed value.',
    }))
