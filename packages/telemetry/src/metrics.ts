import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client'

/** Seconds: from a flush on a fast disk to a statement that waits for a lock. */
const FAST = [0.000_5, 0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.25, 0.5, 1, 2.5]
/** Seconds. */
const HTTP = [0.002, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30]
const BATCH = [1, 2, 5, 10, 20, 50, 100, 200, 500, 1_000]

/** What one process counts. Labels have few values: never an id, a URL or anything a user types (I8). */
export interface Metrics {
  /** For `/metrics`; also holds Node's own: memory, CPU, garbage collection, event loop lag. */
  readonly registry: Registry
  runsAccepted(trigger: string, count?: number): void
  runFinished(status: string): void
  stepFinished(nodeType: string, status: string): void
  /** A flush of the batch writer: how many runs shared it. */
  flushed(batch: { readonly runs: number; readonly seconds: number }): void
  claimed(batch: { readonly runs: number; readonly seconds: number }): void
  observeRequest(request: {
    readonly method: string
    /** The route's pattern. */
    readonly route: string
    readonly status: number
    readonly seconds: number
  }): void
  /** Read at every scrape. A read that fails leaves the last value. */
  watchQueueDepth(read: () => Promise<number>): void
  watchHeldRuns(read: () => number): void
  watchSseConnections(read: () => number): void
  watchOpenCircuits(read: () => number): void
  watchRefusedCalls(read: () => number): void
}

/** Gauges under names that only counters may have; each is the sum of one of its own without `_total`. */
const MISNAMED = [
  'nodejs_active_handles_total',
  'nodejs_active_requests_total',
  'nodejs_active_resources_total',
]

/** A registry of its own a call: several services in one process share one by sharing the object. */
export const createMetrics = (): Metrics => {
  const registry = new Registry()
  collectDefaultMetrics({ register: registry })
  for (const name of MISNAMED) registry.removeSingleMetric(name)
  return { registry, ...runMetrics(registry), ...requestMetrics(registry), ...gauges(registry) }
}

const runMetrics = (registry: Registry) => {
  const registers = [registry]
  const accepted = new Counter({
    name: 'millrace_runs_accepted_total',
    help: 'Runs accepted, by kind of trigger',
    labelNames: ['trigger'],
    registers,
  })
  const finished = new Counter({
    name: 'millrace_runs_finished_total',
    help: 'Runs that reached a terminal status',
    labelNames: ['status'],
    registers,
  })
  const steps = new Counter({
    name: 'millrace_steps_finished_total',
    help: 'Steps that reached a terminal status, by node type',
    labelNames: ['type', 'status'],
    registers,
  })
  const flushes = batchMetrics(registry, 'flush', 'flush of the batch writer')
  const claims = batchMetrics(registry, 'claim', 'claim statement')
  return {
    runsAccepted: (trigger: string, count = 1) => accepted.inc({ trigger }, count),
    runFinished: (status: string) => finished.inc({ status }),
    stepFinished: (type: string, status: string) => steps.inc({ type, status }),
    flushed: flushes,
    claimed: claims,
  }
}

const batchMetrics = (registry: Registry, name: string, what: string) => {
  const registers = [registry]
  const runs = new Histogram({
    name: `millrace_${name}_runs`,
    help: `Runs that shared one ${what}`,
    buckets: BATCH,
    registers,
  })
  const seconds = new Histogram({
    name: `millrace_${name}_duration_seconds`,
    help: `Duration of one ${what}`,
    buckets: FAST,
    registers,
  })
  return (batch: { readonly runs: number; readonly seconds: number }): void => {
    runs.observe(batch.runs)
    seconds.observe(batch.seconds)
  }
}

const requestMetrics = (registry: Registry) => {
  const duration = new Histogram({
    name: 'millrace_http_request_duration_seconds',
    help: 'Time from the request to the end of its answer',
    labelNames: ['method', 'route', 'status'],
    buckets: HTTP,
    registers: [registry],
  })
  const observeRequest: Metrics['observeRequest'] = ({ method, route, status, seconds }) =>
    duration.observe({ method, route, status: String(status) }, seconds)
  return { observeRequest }
}

const gauges = (registry: Registry) => ({
  watchQueueDepth: gauge(registry, 'millrace_queue_depth', 'Jobs waiting to be taken'),
  watchHeldRuns: gauge(registry, 'millrace_held_runs', 'Runs in the memory of this worker'),
  watchSseConnections: gauge(registry, 'millrace_sse_connections', 'Open event streams'),
  watchOpenCircuits: gauge(registry, 'millrace_circuits_open', 'Upstreams that are left alone for a while'),
  watchRefusedCalls: gauge(
    registry,
    'millrace_circuit_refused_calls',
    'Calls not made since the start because the circuit of their upstream was open',
  ),
})

/** A gauge appears once somebody watches it; several watchers add up, as the parts of one process do. */
const gauge = (registry: Registry, name: string, help: string) => {
  const reads: (() => number | Promise<number>)[] = []
  return (read: () => number | Promise<number>): void => {
    reads.push(read)
    if (reads.length > 1) return
    new Gauge({
      name,
      help,
      registers: [registry],
      async collect() {
        const values = await Promise.all(reads.map((each) => each())).catch(() => undefined)
        if (values !== undefined) this.set(values.reduce((sum, value) => sum + value, 0))
      },
    })
  }
}
