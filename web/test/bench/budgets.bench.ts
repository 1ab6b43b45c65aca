import { randomBytes } from 'node:crypto'
import { createTestDatabase, type TestDatabase } from '@millrace/testkit'
import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, test } from 'vitest'
import { openBrowser, type RunningApp, startApp } from '../fixture.js'
import { measureChunks } from './chunks.js'
import { measureLargeData } from './data.js'
import { measureEditor } from './editor.js'
import { measureFastLog, measureLive } from './live.js'
import { type PlayedWorker, startPlayedWorker } from './played-run.js'
import { Report } from './report.js'
import { measureGraph, measureLongLog, measureLongRun } from './run.js'

const report = new Report()
let database: TestDatabase
let app: RunningApp
let browser: Browser
let worker: PlayedWorker

beforeAll(async () => {
  database = await createTestDatabase()
  ;[app, browser] = await Promise.all([
    startApp([], {
      DATABASE_URL: database.url,
      JWT_SECRET: randomBytes(48).toString('base64'),
      MASTER_KEY: randomBytes(32).toString('base64'),
    }),
    openBrowser(),
  ])
  worker = await startPlayedWorker(app, database.url)
})

afterAll(async () => {
  await worker?.close()
  await browser?.close()
  await app?.stop()
  await database?.drop()
  report.print()
  const file = process.env['JSON']
  if (file !== undefined && file !== '') report.writeJson(file)
})

const stage = () => ({ app, browser, worker, report })

test('chunks', () => measureChunks(report))
test('the editor with a thousand nodes', () => measureEditor(stage()))
test('the graph of a run', () => measureGraph(stage()))
test('a run of ten thousand steps', () => measureLongRun(stage()))
test('a log of a hundred thousand lines', () => measureLongLog(stage()))
test('an output of five megabytes', () => measureLargeData(stage()))
test('a live run', () => measureLive(stage()))
test('a fast log', () => measureFastLog(stage()))
