import { expect } from 'vitest'
import { z } from 'zod'
import { heapMegabytes, longestTaskDuring, openMetered, p95 } from './meter.js'
import { untilComplete } from './run.js'
import type { Stage } from './stage.js'

/** About 5 MB: 50,000 items of 100 bytes. */
const CODE = `
  const items = []
  for (let id = 0; id < 50000; id++) items.push({ id, name: 'item ' + id, note: 'x'.repeat(66) })
  return { items }`

const definition = {
  format: 'millrace/v1',
  name: 'five-megabytes',
  nodes: [
    { id: 'start', type: 'trigger.manual', params: {} },
    { id: 'big', type: 'transform.script', params: { code: CODE } },
    { id: 'use', type: 'transform.json', params: { expression: '{ "ok": true }' } },
  ],
  edges: [
    { from: 'start', to: 'big' },
    { from: 'big', to: 'use' },
  ],
}

/** A large output in the data view, and under the expressions of the next node. */
export async function measureLargeData({ app, browser, report }: Stage): Promise<void> {
  const imported = await app.api('POST', '/workflows/import', { definition, publish: true })
  const workflow = z.object({ id: z.string() }).parse(imported).id
  const started = await app.api('POST', '/runs', { workflow: definition.name })
  const run = z.object({ run: z.object({ id: z.string() }) }).parse(started).run.id
  const status = async () =>
    z.object({ status: z.string() }).parse(await app.api('GET', `/runs/${run}`)).status
  await expect.poll(status, { timeout: 120_000 }).toBe('completed')

  const page = await openMetered(browser, app, `/runs/${run}?view=data&step=big`)
  await untilComplete(page)
  const load = page.getByRole('button', { name: /^Load / })
  await load.waitFor()
  const shown = await longestTaskDuring(page, () =>
    load.evaluate(async (button: HTMLElement) => {
      const from = performance.now()
      button.click()
      return (await window.meter.when('[aria-label="Output of big"] [role=treeitem]', 2)) - from
    }),
  )
  report.note('5 MB output: loaded and shown', 1_000, shown.result, 'ms')
  report.note('5 MB output: longest task', 100, shown.longest, 'ms')

  await page.goto(`/workflows/${workflow}`)
  await page.locator('.react-flow__node[data-id="use"]').dblclick()
  const settings = page.getByRole('region', { name: 'Settings of use' })
  const field = settings.getByRole('textbox', { name: 'Expression' })
  await field.click()
  await page.keyboard.press('Control+A')
  await page.evaluate(watchKeys)
  const { longest } = await longestTaskDuring(page, async () => {
    await page.keyboard.type('$sum(steps.big.output.items.id) + $count(steps.big.output.items)', {
      delay: 60,
    })
    await settings.getByText('1250025000').first().waitFor()
  })
  const keys = await page.evaluate(() => window.keyTimes)
  report.note('5 MB sample: keystroke to its paint, p95', 50, p95(keys), 'ms')
  report.note('5 MB sample: longest task while typing', 100, longest, 'ms')
  report.note('5 MB sample: heap of the page', 512, await heapMegabytes(page), 'MB')
  await page.context().close()
}

declare global {
  interface Window {
    keyTimes: number[]
  }
}

/** Runs in the page: from each key to the first frame after everything it set off. */
function watchKeys(): void {
  const times: number[] = []
  Object.assign(window, { keyTimes: times })
  addEventListener(
    'keydown',
    ({ timeStamp }) =>
      requestAnimationFrame(() => setTimeout(() => times.push(performance.now() - timeStamp))),
    { capture: true },
  )
}
