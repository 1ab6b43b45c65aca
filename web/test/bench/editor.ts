import type { Page } from 'playwright-core'
import { z } from 'zod'
import { tidy } from '../../src/components/graph/tidy.js'
import { chains } from './definitions.js'
import { elementCount, heapMegabytes, longestTaskDuring, noteFrames, openMeteredEmpty } from './meter.js'
import type { Report } from './report.js'
import type { Stage } from './stage.js'

const LANES = 27
const NODE = '.react-flow__node'

/** The canvas of the editor. */
export async function measureEditor(stage: Stage): Promise<void> {
  const { report } = stage
  await (await openEditor(stage, 200, 1_200)).context().close()
  const page = await openEditor(stage, 1_000, 2_500)
  report.note('1,000 nodes: DOM elements', 15_000, await elementCount(page), 'elements')
  const { longest } = await longestTaskDuring(page, () => measureMoves(page, report))
  report.note('1,000 nodes: longest task of all that', 100, longest, 'ms')
  report.note('1,000 nodes: from an edit to its problems', 200, await validationOf(page), 'ms')
  report.note('1,000 nodes: heap of the page', 512, await heapMegabytes(page), 'MB')
  report.note('1,000 nodes: tidy, in a worker', 400, tidyTime(), 'ms of processor')
  await page.context().close()
}

async function measureMoves(page: Page, report: Report): Promise<void> {
  const note = (what: string, frames: () => Promise<number[]>) =>
    noteFrames(page, report, `1,000 nodes: ${what}`, frames)
  await note('pan with all in view', () => framesOfDrag(page, '.react-flow__pane'))
  await note('zoom', () => framesOfZoom(page))
  await toFirstNode(page)
  await note('pan nearby', () => framesOfDrag(page, '.react-flow__pane'))
  await toFirstNode(page)
  await note('drag a node', () => framesOfDrag(page, '#card-n0'))
}

const created = z.object({ id: z.string() })

/** Opened cold but for the browser's own caches. */
async function openEditor({ app, browser, report }: Stage, count: number, limit: number): Promise<Page> {
  const definition = chains(`editor-${count}`, count - 1, LANES)
  const { id } = created.parse(await app.api('POST', '/workflows', { definition }))
  const page = await openMeteredEmpty(browser, app)
  const { longest, result } = await longestTaskDuring(page, async () => {
    await page.goto(`/workflows/${id}`)
    return page.evaluate(([node, all]) => window.meter.when(node, all), [NODE, count] as const)
  })
  const name = `${count.toLocaleString('en')} nodes`
  report.note(`${name}: cold load until all are drawn`, limit, result, 'ms')
  report.note(`${name}: longest task of the load`, 100, longest, 'ms')
  return page
}

/** The keyboard goes to the first node, and the view to where its card can be read. */
async function toFirstNode(page: Page): Promise<void> {
  await page.locator('[data-canvas]').focus()
  await page.getByRole('button', { name: 'Fit (F)' }).click()
  // A plain box: the whole graph is in view.
  const far = page.locator('#card-n0:not([role])')
  await far.waitFor()
  const box = await far.boundingBox()
  if (box === null) throw new Error('the first node is not in view')
  await page.mouse.move(box.x + box.width / 2, box.y + box.height / 2)
  await page.mouse.wheel(0, -1_200)
  await page.locator('#card-n0[role="img"]').click()
}

/** Held at the element's place and moved to and fro, once a frame. */
const framesOfDrag = (page: Page, selector: string): Promise<number[]> =>
  page
    .locator(selector)
    .first()
    .evaluate(async (element) => {
      const { left, top, width, height } = element.getBoundingClientRect()
      const fire = (target: EventTarget, type: string, by: number) =>
        target.dispatchEvent(
          new MouseEvent(type, {
            bubbles: true,
            cancelable: true,
            view: window,
            buttons: 1,
            clientX: left + Math.min(width / 2, 300) + by,
            clientY: top + Math.min(height / 2, 300) + by / 2,
          }),
        )
      fire(element, 'mousedown', 0)
      const times = await window.meter.frames(90, (frame) =>
        fire(window, 'mousemove', 240 * Math.sin((frame * Math.PI) / 45)),
      )
      fire(window, 'mouseup', 0)
      return times
    })

const framesOfZoom = (page: Page): Promise<number[]> =>
  page.locator('.react-flow__pane').evaluate((element) => {
    const { left, top, width, height } = element.getBoundingClientRect()
    return window.meter.frames(90, (frame) => {
      const at = { clientX: left + width / 2, clientY: top + height / 2 }
      const deltaY = Math.floor(frame / 15) % 2 === 0 ? -40 : 40
      element.dispatchEvent(new WheelEvent('wheel', { bubbles: true, cancelable: true, deltaY, ...at }))
    })
  })

/** From the key that deletes a node to the count of what is wrong now. */
async function validationOf(page: Page): Promise<number> {
  await toFirstNode(page)
  return page.locator('[data-canvas]').evaluate(async (canvas) => {
    const button = [...document.querySelectorAll('button')].find((each) => /problem/.test(each.textContent))!
    const before = button.textContent
    const from = performance.now()
    canvas.dispatchEvent(new KeyboardEvent('keydown', { key: 'Delete', bubbles: true, cancelable: true }))
    while (button.textContent === before) await new Promise(requestAnimationFrame)
    return performance.now() - from
  })
}

function tidyTime(): number {
  const { nodes, edges } = chains('tidy', 999, LANES)
  const from = process.cpuUsage()
  tidy({ nodes: nodes.map(({ id }) => ({ id, width: 224, height: 60, folded: false })), edges })
  const { user, system } = process.cpuUsage(from)
  return (user + system) / 1_000
}
