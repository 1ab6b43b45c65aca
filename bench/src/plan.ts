import type { Backend } from './environment.js'

/** How much is measured. */
export interface Plan {
  /** Runs accepted before a worker starts to drain them; for W1, and for each of the others. */
  readonly runs: Record<Backend, { readonly w1: number; readonly others: number }>
  /** Requests timed one after the other, and those before them that are not. */
  readonly requests: number
  readonly warmUp: number
  /** Callers that post at the same time. */
  readonly callers: number
}

/** Less than five minutes on two cores. */
export const FULL: Plan = {
  runs: { redis: { w1: 5_000, others: 2_000 }, postgres: { w1: 2_000, others: 1_000 } },
  requests: 200,
  warmUp: 50,
  callers: 50,
}

/** Shows that everything works; its figures mean nothing. */
export const QUICK: Plan = {
  runs: { redis: { w1: 20, others: 5 }, postgres: { w1: 20, others: 5 } },
  requests: 3,
  warmUp: 1,
  callers: 5,
}
