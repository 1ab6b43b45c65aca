import { callAnApi } from './call-an-api.js'
import { checkASite } from './check-a-site.js'
import { firstSteps } from './first-steps.js'
import { routeIssues } from './route-issues.js'
import { takeOrders } from './take-orders.js'
import type { Template } from './template.js'

/** Ready to publish as they are: each starts from another trigger, or shows another way to decide. */
export const TEMPLATES: readonly Template[] = [firstSteps, callAnApi, takeOrders, checkASite, routeIssues]
