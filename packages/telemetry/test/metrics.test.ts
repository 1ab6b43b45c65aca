import { createMetrics } from '@millrace/telemetry'
import { expect, test } from 'vitest'

test('counts runs, steps and batches under their labels', async () => {
  const metrics = createMetrics()
  metrics.runsAccepted('webhook', 3)
  metrics.runFinished('completed')
  metrics.stepFinished('transform.json', 'completed')
  metrics.flushed({ runs: 40, seconds: 0.003 })
  metrics.claimed({ runs: 7, seconds: 0.001 })
  metrics.observeRequest({ method: 'GET', route: '/api/v1/runs/:id', status: 200, seconds: 0.004 })
  const text = await metrics.registry.metrics()
  expect(text).toContain('millrace_runs_accepted_total{trigger="webhook"} 3')
  expect(text).toContain('millrace_runs_finished_total{status="completed"} 1')
  expect(text).toContain('millrace_steps_finished_total{type="transform.json",status="completed"} 1')
  expect(text).toContain('millrace_flush_runs_sum 40')
  expect(text).toContain('millrace_claim_runs_sum 7')
  expect(text).toContain(
    'millrace_http_request_duration_seconds_count{method="GET",route="/api/v1/runs/:id",status="200"} 1',
  )
  expect(text).toContain('nodejs_eventloop_lag_p99_seconds')
})

test('a gauge is read at the scrape, adds up its watchers, and survives a read that fails', async () => {
  const metrics = createMetrics()
  expect(await metrics.registry.metrics()).not.toContain('millrace_held_runs')
  let held = 4
  metrics.watchHeldRuns(() => held)
  metrics.watchHeldRuns(() => 1)
  expect(await metrics.registry.metrics()).toContain('millrace_held_runs 5')
  held = 9
  expect(await metrics.registry.metrics()).toContain('millrace_held_runs 10')

  let up = true
  metrics.watchQueueDepth(async () => {
    if (up) return 12
    throw new Error('the queue is away')
  })
  expect(await metrics.registry.metrics()).toContain('millrace_queue_depth 12')
  up = false
  expect(await metrics.registry.metrics()).toContain('millrace_queue_depth 12')
})

test('no gauge has a name that only counters may have', async () => {
  const text = await createMetrics().registry.metrics()
  const types = [...text.matchAll(/^# TYPE (\S+) (\S+)$/gm)].map(([, name, type]) => ({ name, type }))
  expect(types).toContainEqual({ name: 'nodejs_active_handles', type: 'gauge' })
  expect(types.filter(({ name, type }) => name?.endsWith('_total') && type !== 'counter')).toEqual([])
})
