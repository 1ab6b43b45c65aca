import type { Browser, Page } from 'playwright-core'
import { z } from 'zod'
import { openPage, type RunningApp, signInAsOwner } from '../fixture.js'
import type { Report } from './report.js'

/** What measures inside the page, from before its first script on. */
interface Meter {
  /** Calls `act` once a frame, so many times; the times between frames. */
  frames(count: number, act: (frame: number) => void): Promise<number[]>
  /** When, since the page was asked for, so many of the elements were there. */
  when(selector: string, count: number): Promise<number>
}

declare global {
  interface Window {
    readonly meter: Meter
  }
}

/** A page with its meter, signed in. */
export async function openMetered(browser: Browser, app: RunningApp, path: string): Promise<Page> {
  const { page } = await openPage(browser, app, { viewport: { width: 1600, height: 900 } })
  page.setDefaultTimeout(120_000)
  await page.addInitScript(installMeter)
  await signInAsOwner(page, app, path)
  return page
}

/** A signed-in page outside of the app: nothing that another of its pages still does is measured with the next one. */
export async function openMeteredEmpty(browser: Browser, app: RunningApp): Promise<Page> {
  const page = await openMetered(browser, app, '/workflows')
  await page.goto('/icon.svg')
  return page
}

/** Runs in the page. */
function installMeter(): void {
  const nextFrame = () => new Promise(requestAnimationFrame)
  const meter: Meter = {
    async frames(count, act) {
      const times: number[] = []
      await nextFrame()
      let before = performance.now()
      for (let frame = 0; frame < count; frame++) {
        act(frame)
        await nextFrame()
        times.push(performance.now() - before)
        before = performance.now()
      }
      return times
    },
    async when(selector, count) {
      const late = performance.now() + 120_000
      while (document.querySelectorAll(selector).length < count) {
        if (performance.now() > late) throw new Error(`There were never ${count} of ${selector}`)
        await nextFrame()
      }
      // A frame later it is on the screen.
      await nextFrame()
      return performance.now()
    },
  }
  Object.assign(window, { meter })
}

/**
 * What the longest task of the page's main thread took of the processor while something went on, in milliseconds.
 * Not by the clock: a machine that is busy with other work would lengthen it.
 */
export async function longestTaskDuring<T>(
  page: Page,
  act: () => Promise<T>,
): Promise<{ longest: number; result: T }> {
  const browser = page.context().browser()
  if (browser === null) throw new Error('The page has no browser')
  await browser.startTracing(page, { categories: [TASKS] })
  let result: T
  let recorded: Buffer
  try {
    result = await act()
    // What has been asked for last is drawn, too.
    await page.evaluate(() => window.meter.frames(10, () => {}))
  } finally {
    // Also after a failure: the browser records one trace at a time, and the next measurement wants its own.
    recorded = await browser.stopTracing()
  }
  const { traceEvents } = trace.parse(JSON.parse(recorded.toString()))
  const mains = new Set(traceEvents.filter(isMainThread).map(threadOf))
  const tasks = traceEvents.filter((event) => event.name === 'RunTask' && mains.has(threadOf(event)))
  return { longest: Math.max(0, ...tasks.map(({ tdur = 0 }) => tdur / 1_000)), result }
}

const TASKS = 'disabled-by-default-devtools.timeline'

const trace = z.object({
  traceEvents: z.array(
    z.object({
      name: z.string(),
      pid: z.number(),
      tid: z.number(),
      /** Processor time in microseconds. */
      tdur: z.number().optional(),
      args: z.object({ name: z.string().optional() }).catch({}),
    }),
  ),
})

type TraceEvent = z.output<typeof trace>['traceEvents'][number]

const isMainThread = ({ name, args }: TraceEvent): boolean =>
  name === 'thread_name' && args.name === 'CrRendererMain'

const threadOf = ({ pid, tid }: TraceEvent): string => `${pid} ${tid}`

export const p95 = (times: readonly number[]): number => {
  const ascending = [...times].sort((one, other) => one - other)
  return ascending[Math.floor(ascending.length * 0.95)] ?? 0
}

export const elementCount = (page: Page): Promise<number> =>
  page.evaluate(() => document.querySelectorAll('*').length)

/** What the page holds after the garbage is gone. */
export async function heapMegabytes(page: Page): Promise<number> {
  const session = await page.context().newCDPSession(page)
  await session.send('HeapProfiler.collectGarbage')
  const { usedSize } = await session.send('Runtime.getHeapUsage')
  await session.detach()
  return usedSize / 2 ** 20
}

/** Milliseconds from the click on a view to the first of the elements on the screen. */
export async function paintOf(page: Page, view: string, shown: string): Promise<number> {
  const radio = page.getByRole('radiogroup', { name: 'View' }).getByText(view)
  return radio.evaluate(async (element: HTMLElement, selector) => {
    const from = performance.now()
    element.click()
    return (await window.meter.when(selector, 1)) - from
  }, shown)
}

/**
 * Notes the 95th of a hundred frames by the clock, and what one took of the main thread's processor time on average:
 * the first is what one sees, the second says the same on a machine that is busy with other work.
 */
export async function noteFrames(
  page: Page,
  report: Report,
  what: string,
  frames: () => Promise<readonly number[]>,
): Promise<void> {
  const session = await page.context().newCDPSession(page)
  await session.send('Performance.enable', { timeDomain: 'threadTicks' })
  const busy = async () => {
    const { metrics } = await session.send('Performance.getMetrics')
    return (metrics.find(({ name }) => name === 'TaskDuration')?.value ?? 0) * 1_000
  }
  const before = await busy()
  const times = await frames()
  const spent = (await busy()) - before
  await session.detach()
  report.note(`${what}, p95 frame`, 33, p95(times), 'ms')
  report.note(`${what}, main thread a frame`, 33, spent / times.length, 'ms of processor')
}

/** While a list is scrolled from end to end, many rows a frame. */
export const scrollFrames = (page: Page, list: string): Promise<number[]> =>
  page.locator(list).evaluate((element) =>
    window.meter.frames(120, (frame) => {
      element.scrollTop = (element.scrollHeight * frame) / 120
    }),
  )
