import { setTimeout as pause } from 'node:timers/promises'
import type { Page } from 'playwright-core'
import { expect } from 'vitest'
import { chains } from './definitions.js'
import { longestTaskDuring, openMetered, p95 } from './meter.js'
import { untilComplete } from './run.js'
import type { Stage } from './stage.js'

const STEPS = 1_000
/** With a step's start and its end, 15 events a step: 15,000 in half a minute. */
const LINES = 13
const PER_SECOND = 500

/** A run that is watched while it goes on: on its log, its timeline and its graph. */
export async function measureLive({ app, browser, worker, report }: Stage): Promise<void> {
  const run = await worker.start(chains('live', STEPS - 1, 27))
  const page = await openMetered(browser, app, `/runs/${run.id}?view=log`)
  await page.locator('section[aria-label=Log]').waitFor()
  const played = run.playPaced(LINES, PER_SECOND)
  await page.evaluate(watchLines)
  const log = await longestTaskDuring(page, () => pause(9_000))
  report.note('500 events/s: longest task, log', 100, log.longest, 'ms')
  const at = new Map(run.play.events.map((event) => [event.seq, event.at]))
  const drawn = await page.evaluate(() => window.drawnLines)
  const delays = drawn.map(([seq, shown]) => shown - (at.get(seq) ?? shown))
  report.note('500 events/s: from before a line is durable to its pixel, p95', 150, p95(delays), 'ms')
  await showView(page, 'Timeline')
  const timeline = await longestTaskDuring(page, () => pause(7_000))
  report.note('500 events/s: longest task, timeline', 100, timeline.longest, 'ms')
  await showView(page, 'Graph')
  const graph = await longestTaskDuring(page, async () => {
    await played
    await untilComplete(page)
  })
  report.note('500 events/s: longest task, graph', 100, graph.longest, 'ms')
  // A log that has stopped following its end would look fast.
  expect(drawn.at(-1)?.[0]).toBeGreaterThan(at.size / 2)
  const different = await differences(page, { app, browser }, run.id)
  report.note('500 events/s: differences from a fresh load at the end', 0, different, 'places')
  await page.context().close()
}

/** Lines that come faster than anybody reads: five thousand a second for five seconds. */
export async function measureFastLog({ app, browser, worker, report }: Stage): Promise<void> {
  const run = await worker.start(chains('fast', 25, 5))
  const page = await openMetered(browser, app, `/runs/${run.id}?view=log`)
  await page.locator('section[aria-label=Log]').waitFor()
  const { longest } = await longestTaskDuring(page, async () => {
    await run.playPaced(1_000, 5_000)
    await untilComplete(page)
  })
  report.note('5,000 lines/s: longest task', 50, longest, 'ms')
  report.note(
    '5,000 lines/s: differences from a fresh load at the end',
    0,
    await differences(page, { app, browser }, run.id),
    'places',
  )
  await page.context().close()
}

const showView = (page: Page, view: string): Promise<void> =>
  page.getByRole('radiogroup', { name: 'View' }).getByText(view).click()

/** Where the page and one that has been loaded anew do not say the same. */
async function differences(
  page: Page,
  { app, browser }: Pick<Stage, 'app' | 'browser'>,
  runId: string,
): Promise<number> {
  const fresh = await openMetered(browser, app, `/runs/${runId}?view=log`)
  await untilComplete(fresh)
  const [ours, theirs] = [await digest(page), await digest(fresh)]
  await fresh.context().close()
  const different = ours.filter((text, index) => text !== theirs[index])
  if (different.length > 0) console.error('The page and a fresh load differ', { ours, theirs })
  return different.length + Math.abs(ours.length - theirs.length)
}

/** How the run stands, how many events, steps and lines there are, and what the rows in sight say. */
async function digest(page: Page): Promise<string[]> {
  const texts: string[] = []
  for (const view of ['Timeline', 'Log']) {
    await showView(page, view)
    const list = page.locator(`section[aria-label=${view}] [data-virtuoso-scroller]`)
    await list.evaluate((element) => element.scrollTo(0, element.scrollHeight))
    await page.evaluate(() => window.meter.frames(10, () => {}))
    texts.push(await list.evaluate((element) => `${element.scrollHeight}`), (await list.textContent()) ?? '')
  }
  texts.push((await page.getByRole('group', { name: 'Time machine' }).textContent()) ?? '')
  texts.push((await page.locator('nav[aria-label=Steps]').textContent()) ?? '')
  return texts
}

declare global {
  interface Window {
    drawnLines: (readonly [seq: number, at: number])[]
  }
}

/** Runs in the page: when each line of the log was on the screen first, by the clock that stamps events. */
function watchLines(): void {
  const drawn: (readonly [number, number])[] = []
  Object.assign(window, { drawnLines: drawn })
  let last = Math.max(
    0,
    ...[...document.querySelectorAll('[data-seq]')].map((line) => Number(line.getAttribute('data-seq'))),
  )
  const look = () => {
    requestAnimationFrame(look)
    const seqs = [...document.querySelectorAll('[data-seq]')].map((line) =>
      Number(line.getAttribute('data-seq')),
    )
    const fresh = seqs.filter((seq) => seq > last)
    last = Math.max(last, ...seqs)
    // After this frame's paint.
    if (fresh.length > 0) setTimeout(() => drawn.push(...fresh.map((seq) => [seq, Date.now()] as const)))
  }
  requestAnimationFrame(look)
}
