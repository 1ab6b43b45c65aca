import type { DefinitionInput } from '@millrace/contracts'
import { callAnApi } from './call-an-api.js'
import { checkASite } from './check-a-site.js'
import { firstSteps } from './first-steps.js'
import { routeIssues } from './route-issues.js'
import { takeOrders } from './take-orders.js'

export interface Template {
  readonly title: string
  /** What it shows, in one line. */
  readonly summary: string
  readonly definition: DefinitionInput
}

/** Ready to publish as they are: each starts from another trigger, or shows another way to decide. */
export const TEMPLATES: readonly Template[] = [firstSteps, callAnApi, takeOrders, checkASite, routeIssues]
