import type { Page } from 'playwright-core'
import { chains } from './definitions.js'
import {
  elementCount,
  heapMegabytes,
  longestTaskDuring,
  noteFrames,
  openMeteredEmpty,
  paintOf,
  scrollFrames,
} from './meter.js'
import type { Stage } from './stage.js'

const STEPS = 10_000
const TIMELINE = 'section[aria-label=Timeline]'
const LOG = 'section[aria-label=Log]'
const SCROLLER = '[data-virtuoso-scroller]'

/** A finished run of many steps: its timeline, its list of steps, and its replay. */
export async function measureLongRun({ app, browser, worker, report }: Stage): Promise<void> {
  const run = await worker.start(chains('long', STEPS - 1, 100))
  await run.playThrough(0)
  const page = await openMeteredEmpty(browser, app)
  const load = await longestTaskDuring(page, () => openRun(page, run.id))
  report.note('10,000 steps: longest task while they are read', 100, load.longest, 'ms')
  const { longest } = await longestTaskDuring(page, async () => {
    const paint = await paintOf(page, 'Timeline', `${TIMELINE} button[aria-pressed]`)
    report.note('10,000 steps: timeline, first paint', 500, paint, 'ms')
    report.note('10,000 steps: timeline, DOM elements', 15_000, await elementCount(page), 'elements')
    const note = (what: string, list: string) =>
      noteFrames(page, report, `10,000 steps: scroll the ${what}`, () => scrollFrames(page, list))
    await note('timeline', `${TIMELINE} ${SCROLLER}`)
    await note('list of steps', `nav[aria-label=Steps] ${SCROLLER}`)
  })
  report.note('10,000 steps: longest task of all that', 100, longest, 'ms')
  const back = await longestTaskDuring(page, async () => {
    await page.getByRole('button', { name: 'One event back' }).click()
    await page.getByText('Looking back').waitFor()
  })
  report.note('10,000 steps: longest task of going back in time', 100, back.longest, 'ms')
  report.note('10,000 steps: heap of the page', 512, await heapMegabytes(page), 'MB')
  await page.context().close()
}

/** A finished run of many lines. */
export async function measureLongLog({ app, browser, worker, report }: Stage): Promise<void> {
  const run = await worker.start(chains('chatty', 100, 10))
  await run.playThrough(1_000)
  const page = await openMeteredEmpty(browser, app)
  const load = await longestTaskDuring(page, () => openRun(page, run.id))
  report.note('100,000 lines: longest task while they are read', 100, load.longest, 'ms')
  const { longest } = await longestTaskDuring(page, async () => {
    report.note('100,000 lines: log, first paint', 1_000, await paintOf(page, 'Log', '[data-seq]'), 'ms')
    report.note('100,000 lines: log, DOM elements', 15_000, await elementCount(page), 'elements')
    await noteFrames(page, report, '100,000 lines: scroll the log', () =>
      scrollFrames(page, `${LOG} ${SCROLLER}`),
    )
    await page.getByRole('textbox', { name: 'Search the log' }).fill('line 99')
    await page.getByText('1,100 lines').waitFor()
  })
  report.note('100,000 lines: longest task of all that, and a search', 100, longest, 'ms')
  report.note('100,000 lines: heap of the page', 512, await heapMegabytes(page), 'MB')
  await page.context().close()
}

/** The graph of a run of a thousand nodes. */
export async function measureGraph({ app, browser, worker, report }: Stage): Promise<void> {
  const run = await worker.start(chains('graph', 999, 27))
  await run.playThrough(1)
  const page = await openMeteredEmpty(browser, app)
  await openRun(page, run.id)
  const { longest } = await longestTaskDuring(page, async () => {
    const paint = await paintOf(page, 'Graph', '.react-flow__node')
    report.note('1,000 nodes of a run: graph, first paint', 2_500, paint, 'ms')
    await page.evaluate(() => window.meter.when('.react-flow__node', 1_000))
  })
  report.note('1,000 nodes of a run: graph, DOM elements', 15_000, await elementCount(page), 'elements')
  report.note('1,000 nodes of a run: longest task', 100, longest, 'ms')
  await page.context().close()
}

/** On the view that costs the least. */
async function openRun(page: Page, runId: string): Promise<void> {
  await page.goto(`/runs/${runId}?view=data`)
  await untilComplete(page)
}

/** All of its events are on the screen. */
export const untilComplete = (page: Page): Promise<void> =>
  page.locator('header').getByText('Completed').first().waitFor()
