import type { Browser } from 'playwright-core'
import type { RunningApp } from '../fixture.js'
import type { PlayedWorker } from './played-run.js'
import type { Report } from './report.js'

/** What every measurement works with. */
export interface Stage {
  readonly app: RunningApp
  readonly browser: Browser
  readonly worker: PlayedWorker
  readonly report: Report
}
