import type { FastifyInstance } from 'fastify'
import { createScheduler, type SchedulerDeps } from './scheduler.js'

/** Runs the scheduler for as long as the app: it starts when the app is ready and stops before it closes. */
export const schedulerPlugin =
  (deps: SchedulerDeps) =>
  async (app: FastifyInstance): Promise<void> => {
    const scheduler = createScheduler(deps)
    app.addHook('onReady', async () => scheduler.start())
    app.addHook('preClose', () => scheduler.stop())
  }
