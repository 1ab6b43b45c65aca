import type { Definition } from '@millrace/contracts'
import type { z } from 'zod'
import { eventTrigger } from './trigger/event/index.js'
import { type EventTriggerParams, eventTriggerParams } from './trigger/event/params.js'
import { failureTrigger } from './trigger/failure/index.js'
import { type FailureTriggerParams, failureTriggerParams } from './trigger/failure/params.js'
import { scheduleTrigger } from './trigger/schedule/index.js'
import { type ScheduleParams, scheduleParams } from './trigger/schedule/params.js'
import { webhookTrigger } from './trigger/webhook/index.js'
import { type WebhookParams, webhookParams } from './trigger/webhook/params.js'

export type WebhookRoute = { readonly nodeId: string } & WebhookParams
export type ScheduleEntry = { readonly nodeId: string } & ScheduleParams
export type EventListener = { readonly nodeId: string } & EventTriggerParams
export type FailureListener = { readonly nodeId: string } & FailureTriggerParams

/** What to listen on once this definition is published. It must have passed validation. */
export const webhookRoutes = (definition: Definition): WebhookRoute[] =>
  triggersOf(definition, webhookTrigger.type, webhookParams)

/** When to start once this definition is published. It must have passed validation. */
export const scheduleEntries = (definition: Definition): ScheduleEntry[] =>
  triggersOf(definition, scheduleTrigger.type, scheduleParams)

/** Which events start it once this definition is published. It must have passed validation. */
export const eventListeners = (definition: Definition): EventListener[] =>
  triggersOf(definition, eventTrigger.type, eventTriggerParams)

/** Whose failures start it once this definition is published. It must have passed validation. */
export const failureListeners = (definition: Definition): FailureListener[] =>
  triggersOf(definition, failureTrigger.type, failureTriggerParams)

const triggersOf = <P extends z.ZodType<object>>(
  definition: Definition,
  type: string,
  schema: P,
): ({ nodeId: string } & z.output<P>)[] =>
  definition.nodes
    .filter((node) => node.type === type)
    .map((node) => ({ nodeId: node.id, ...schema.parse(node.params) }))
