import { type DefinitionInput, type DefinitionProblem, ERROR_PORT, MAIN_PORT } from '@millrace/contracts'
import { problem, toPointer } from '../graph/problem.js'
import { isRecord, type LinearForm, type LinearStep, nodeTypeOf } from './linear-form.js'
import { linearPointers } from './pointers.js'
import { toRetry } from './retry-policy.js'
import { type Salvaged, salvageLinear } from './salvage.js'
import { nameSteps, rewriteReferences, type StepNames } from './step-names.js'

export interface Conversion {
  /** Absent when there are problems. */
  readonly definition: DefinitionInput | undefined
  /** With pointers into the linear form. */
  readonly problems: readonly DefinitionProblem[]
  /** What can be converted in spite of the problems: so that the rest is checked, and all is said at once. */
  readonly rest: DefinitionInput | undefined
  /** Where in the linear form that stands which a pointer into the definition names. */
  readonly pointerOf: (pointer: string) => string
}

type NodeInput = DefinitionInput['nodes'][number]
type EdgeInput = DefinitionInput['edges'][number]

export const isLinearDefinition = (input: unknown): boolean =>
  typeof input === 'object' && input !== null && 'steps' in input && !('nodes' in input)

/** The linear form as `millrace/v1`. What the result holds is validated like any other definition. */
export function convertLinear(input: unknown): Conversion {
  const { issues, form, isWhole } = salvageLinear(input)
  const problems = issues.flatMap(toProblems)
  if (form === undefined)
    return { definition: undefined, problems, rest: undefined, pointerOf: (pointer) => pointer }
  const conversion = convert(form)
  if (problems.length === 0) return conversion
  return {
    definition: undefined,
    problems: [...problems, ...conversion.problems],
    rest: isWhole ? conversion.rest : undefined,
    pointerOf: conversion.pointerOf,
  }
}

const SHAPE_HINT = 'See the linear form for what stands here.'

function toProblems(issue: Salvaged['issues'][number]): DefinitionProblem[] {
  if (issue.code !== 'unrecognized_keys')
    return [problem(toPointer(issue.path), 'INVALID_SHAPE', issue.message, SHAPE_HINT)]
  return issue.keys.map((key) =>
    problem(toPointer([...issue.path, key]), 'INVALID_SHAPE', 'there is no such member here', SHAPE_HINT),
  )
}

function convert(form: LinearForm): Conversion {
  const names = nameSteps(form.steps, 'start')
  const links = findLinks(form, names)
  const problems = [
    ...[...names.repeated].map(([index, id]) => repeatedId(index, id)),
    ...links.filter(({ to }) => to === undefined).map(leadsNowhere),
  ]
  const nodes = form.steps.map((step, index) => toNode(step, names.ids[index]!, names))
  const sound = links.filter(isSound)
  const trigger = triggerOf(form, nodes, names.freeId)
  const first = names.ids[0]
  const entry = trigger === undefined || first === undefined ? [] : [{ from: trigger.id, to: first }]
  const edges: EdgeInput[] = [...entry, ...sound.map(({ from, port, to }) => ({ from, to, port }))]
  const { name, description } = form
  const rest: DefinitionInput = {
    format: 'millrace/v1',
    name,
    ...(description === undefined ? {} : { description }),
    nodes: trigger === undefined ? nodes : [trigger, ...nodes],
    edges,
  }
  const pointerOf = linearPointers(form, {
    ownTrigger: trigger !== undefined,
    edges: [...entry.map(() => '/trigger'), ...sound.map(({ pointer }) => pointer)],
  })
  return { definition: problems.length > 0 ? undefined : rest, problems, rest, pointerOf }
}

/** A way from one step to another; `to` is undefined where it names no step. */
interface Link {
  readonly from: string
  readonly port: string
  readonly name: string
  readonly to: string | undefined
  readonly pointer: string
}

function findLinks(form: LinearForm, names: StepNames): Link[] {
  const caught = new Set(form.steps.filter(routesErrors).map(({ onError }) => names.find(onError)))
  return form.steps.flatMap((step, index) => {
    const from = names.ids[index]!
    const link = (port: string, name: string, member: string): Link => ({
      from,
      port,
      name,
      to: names.find(name),
      pointer: `/steps/${index}/${member}`,
    })
    const behind = names.ids[index + 1]
    const ahead =
      step.next === undefined && behind !== undefined && !caught.has(behind)
        ? [{ from, port: portOnwards(step), name: behind, to: behind, pointer: `/steps/${index}` }]
        : named(step).map(([port, name]) => link(port, name, 'next'))
    return routesErrors(step) ? [...ahead, link(ERROR_PORT, step.onError, 'onError')] : ahead
  })
}

const isSound = (link: Link): link is Link & { readonly to: string } => link.to !== undefined

function named(step: LinearStep): [port: string, name: string][] {
  const { next } = step
  if (next === undefined || next === null) return []
  if (typeof next === 'string') return [[portOnwards(step), next]]
  return Array.isArray(next) ? next.map((name) => [portOnwards(step), name]) : Object.entries(next)
}

/** In a list a condition is a gate: the list goes on when it holds. */
const portOnwards = ({ type }: LinearStep): string =>
  nodeTypeOf(type) === 'flow.condition' ? 'true' : MAIN_PORT

const routesErrors = (step: LinearStep): step is LinearStep & { onError: string } =>
  step.onError !== undefined && step.onError !== 'fail' && step.onError !== 'continue'

const leadsNowhere = ({ pointer, name }: Link): DefinitionProblem =>
  problem(pointer, 'DANGLING_EDGE', `there is no step ${name}`, 'Name an existing step.')

const repeatedId = (index: number, id: string): DefinitionProblem =>
  problem(
    `/steps/${index}/id`,
    'DUPLICATE_NODE_ID',
    `another step has the id ${id}`,
    'Give each step an id of its own.',
  )

function toNode(step: LinearStep, id: string, names: StepNames): NodeInput {
  const timeoutMs = step.timeoutMs ?? step.timeout
  return {
    id,
    type: nodeTypeOf(step.type),
    ...(step.name === undefined ? {} : { name: step.name }),
    params: rewriteReferences(step.params ?? step.config ?? {}, names),
    ...(step.retryPolicy === undefined ? {} : { retry: toRetry(step.retryPolicy) }),
    ...(timeoutMs === undefined ? {} : { timeoutMs }),
    onError: routesErrors(step) ? 'route' : step.onError === 'continue' ? 'continue' : 'fail',
  }
}

/** The form's own trigger, or a manual one; undefined when one of the steps is a trigger itself. */
function triggerOf(form: LinearForm, nodes: readonly NodeInput[], id: string): NodeInput | undefined {
  if (form.trigger === undefined) {
    const startsItself = nodes.some(({ type }) => type.startsWith('trigger.'))
    return startsItself ? undefined : { id, type: 'trigger.manual', params: {} }
  }
  const { type, ...rest } = form.trigger
  const mapped = nodeTypeOf(type)
  const given = rest.params ?? rest.config
  return {
    id,
    type: mapped.includes('.') ? mapped : `trigger.${mapped}`,
    params: isRecord(given) ? given : rest,
  }
}
