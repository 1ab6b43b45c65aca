import { writeFileSync } from 'node:fs'
import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { z } from 'zod'
import { openBrowser, openPage, type RunningApp, signInAsOwner, startApp } from '../fixture.js'
import { chunkKilobytes, initialKilobytes } from './chunks.js'

/** One budget of the specification, next to what was measured. */
interface Measured {
  readonly budget: string
  readonly limit: number
  readonly measured: number
  readonly unit: string
}

const STEPS = 2_000
const LINES = STEPS
const rows: Measured[] = []
let app: RunningApp
let browser: Browser

beforeAll(async () => {
  ;[app, browser] = await Promise.all([startApp(), openBrowser()])
})

afterAll(async () => {
  await browser?.close()
  await app?.stop()
  console.table(rows)
  const file = process.env['JSON']
  if (file !== undefined && file !== '') writeFileSync(file, `${JSON.stringify(rows, null, 2)}\n`)
})

const note = (budget: string, limit: number, measured: number, unit: string) =>
  rows.push({ budget, limit, measured: Math.round(measured * 10) / 10, unit })

/** A run of many parallel steps that write one line each, ended. */
async function finishedRun(): Promise<string> {
  const ids = Array.from({ length: STEPS }, (_, index) => `s${index}`)
  const definition = {
    format: 'millrace/v1',
    name: 'wide',
    nodes: [
      { id: 'start', type: 'trigger.manual' },
      ...ids.map((id) => ({ id, type: 'log.message', params: { message: `this is ${id}` } })),
    ],
    edges: ids.map((to) => ({ from: 'start', to })),
    settings: { maxParallelSteps: 64 },
  }
  await app.api('POST', '/workflows/import', { definition, publish: true })
  const started = z.object({ run: z.object({ id: z.string() }) })
  const { run } = started.parse(await app.api('POST', '/runs', { workflow: 'wide' }))
  const status = async () =>
    z.object({ status: z.string() }).parse(await app.api('GET', `/runs/${run.id}`)).status
  await expect.poll(status, { timeout: 120_000 }).toBe('completed')
  return run.id
}

/** Milliseconds until the locator shows, from the click that asks for it. */
async function paintOf(page: Page, view: string, shown: string): Promise<number> {
  const from = performance.now()
  await page.getByRole('radiogroup', { name: 'View' }).getByText(view).click()
  await page.locator(shown).first().waitFor()
  return performance.now() - from
}

const elements = (page: Page) => page.evaluate(() => document.querySelectorAll('*').length)

/** Frames while the list is scrolled from end to end: the 95th of a hundred, in milliseconds. */
const frameWhileScrolling = (page: Page, list: string) =>
  page.locator(list).evaluate(async (element) => {
    const times: number[] = []
    let before = performance.now()
    for (let frame = 0; frame < 120; frame++) {
      element.scrollTop = (element.scrollHeight * frame) / 120
      await new Promise(requestAnimationFrame)
      times.push(performance.now() - before)
      before = performance.now()
    }
    return times.sort((a, b) => a - b)[Math.floor(times.length * 0.95)] ?? 0
  })

test('chunks', () => {
  note('initial route, gzip', 300, initialKilobytes(), 'KB')
  note('canvas chunk, gzip', 120, chunkKilobytes('graph-view'), 'KB')
})

test(`a run of ${STEPS} steps and ${LINES} lines`, async () => {
  const runId = await finishedRun()
  const { page } = await openPage(browser, app)
  await signInAsOwner(page, app, `/runs/${runId}?view=data`)
  await page.locator('header').getByText('Completed').first().waitFor({ timeout: 60_000 })
  await page.evaluate(() => {
    const tasks: number[] = []
    Object.assign(window, { tasks })
    new PerformanceObserver((list) =>
      tasks.push(...list.getEntries().map(({ duration }) => duration)),
    ).observe({
      entryTypes: ['longtask'],
    })
  })
  note(
    `timeline of ${STEPS} steps, first paint`,
    500,
    await paintOf(page, 'Timeline', 'section[aria-label=Timeline] button[aria-pressed]'),
    'ms',
  )
  note('timeline, DOM elements', 15_000, await elements(page), 'elements')
  note(
    'timeline, p95 frame while scrolling',
    33,
    await frameWhileScrolling(page, 'section[aria-label=Timeline] [data-virtuoso-scroller]'),
    'ms',
  )
  note(`log of ${LINES} lines, first paint`, 1_000, await paintOf(page, 'Log', '[data-seq]'), 'ms')
  note('log, DOM elements', 15_000, await elements(page), 'elements')
  note(
    'log, p95 frame while scrolling',
    33,
    await frameWhileScrolling(page, 'section[aria-label=Log] [data-virtuoso-scroller]'),
    'ms',
  )
  note(`graph of ${STEPS} nodes, first paint`, 2_500, await paintOf(page, 'Graph', '.react-flow__node'), 'ms')
  note('graph, DOM elements', 15_000, await elements(page), 'elements')
  const longest = await page.evaluate(() => Math.max(0, ...(window as unknown as { tasks: number[] }).tasks))
  note('longest task', 100, longest, 'ms')
  const session = await page.context().newCDPSession(page)
  const { usedSize } = await session.send('Runtime.getHeapUsage')
  note('heap of the page', 512, usedSize / 2 ** 20, 'MB')
  await page.context().close()
})
