import { isRecord, type LinearForm, type LinearRetry, type LinearStep } from './linear-form.js'

export interface Layout {
  /** Whether the first node is the trigger, which is no step. */
  readonly ownTrigger: boolean
  /** Where each edge comes from, in the linear form. */
  readonly edges: readonly string[]
}

/** Gives, for pointers into the definition that a linear form became, the place in that form. */
export const linearPointers =
  (form: LinearForm, { ownTrigger, edges }: Layout) =>
  (pointer: string): string => {
    const [, list, position, ...rest] = pointer.split('/')
    const index = Number(position)
    if (position === undefined || !Number.isInteger(index)) return pointer
    if (list === 'edges') return edges[index] ?? ''
    if (list !== 'nodes') return pointer
    if (ownTrigger && index === 0) return triggerPlace(form, rest)
    const place = index - (ownTrigger ? 1 : 0)
    const step = form.steps[place]
    return step === undefined ? '' : ['', 'steps', place, ...stepPlace(step, rest)].join('/')
  }

const triggerPlace = ({ trigger }: LinearForm, [member, ...inner]: readonly string[]): string => {
  if (trigger === undefined) return ''
  if (member !== 'params') return member === 'type' ? '/trigger/type' : '/trigger'
  const given = isRecord(trigger.params) ? ['params'] : isRecord(trigger.config) ? ['config'] : []
  return ['', 'trigger', ...given, ...inner].join('/')
}

const stepPlace = (step: LinearStep, [member, ...inner]: readonly string[]): readonly string[] => {
  switch (member) {
    case 'params':
      return [step.config === undefined ? 'params' : 'config', ...inner]
    case 'retry':
      return ['retryPolicy', ...retryPlace(step.retryPolicy ?? {}, inner)]
    case 'timeoutMs':
      return [step.timeoutMs === undefined ? 'timeout' : 'timeoutMs']
    case 'id':
      return step.id === undefined ? ['name'] : ['id']
    default:
      return member === undefined ? [] : [member, ...inner]
  }
}

const retryPlace = (policy: LinearRetry, [member]: readonly string[]): readonly string[] => {
  if (member === undefined) return []
  const names = ALIASES.get(member) ?? [member]
  return [names.find((name) => Reflect.get(policy, name) !== undefined) ?? member]
}

const ALIASES: ReadonlyMap<string, readonly string[]> = new Map([
  ['maxAttempts', ['maxAttempts', 'maxRetries']],
  ['backoff', ['backoff', 'strategy', 'backoffMultiplier']],
  ['delayMs', ['delayMs', 'initialDelayMs', 'delay']],
])
