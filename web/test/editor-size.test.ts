import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { openBrowser, openPage, type RunningApp, signInAsOwner, startApp } from './fixture.js'

let app: RunningApp
let browser: Browser

beforeAll(async () => {
  app = await startApp()
  browser = await openBrowser()
}, 120_000)

afterAll(async () => {
  await browser?.close()
  await app?.stop()
})

const CHAINS = 27

test('a thousand nodes: few elements, and a drag draws the dragged card only', async () => {
  const nodes = Array.from({ length: 1_000 }, (_, index) => ({
    id: `n${index}`,
    type: index === 0 ? 'trigger.manual' : 'log.message',
    params: index === 0 ? {} : { message: `${index}` },
  }))
  // 27 chains of 37 nodes, all behind the trigger.
  const edges = nodes
    .slice(1)
    .map(({ id }, index) => ({ from: `n${Math.max(0, index + 1 - CHAINS)}`, to: id }))
  const definition = { format: 'millrace/v1', name: 'thousand', nodes, edges }
  const { id } = (await app.api('POST', '/workflows', { definition })) as { id: string }
  const { page } = await openPage(browser, app, { viewport: { width: 1600, height: 900 } })
  await signInAsOwner(page, app, `/workflows/${id}`)
  await page.locator('.react-flow__node').first().waitFor({ timeout: 60_000 })
  await page.getByRole('button', { name: 'Fit (F)' }).click()
  expect(await page.evaluate(() => document.querySelectorAll('*').length)).toBeLessThan(15_000)

  // The keyboard goes to the first node, and the view to where its card can be read.
  await page.locator('[data-canvas]').focus()
  await page.keyboard.press('ArrowRight')
  const box = await page.locator('#card-n0').boundingBox()
  if (box === null) throw new Error('the first node is not in view')
  await page.mouse.move(box.x + box.width / 2, box.y + box.height / 2)
  await page.mouse.wheel(0, -1_200)
  await page.locator('#card-n0[role="img"]').waitFor()
  await page.locator('.react-flow__edge').first().waitFor({ state: 'attached' })
  const near = await page.locator('#card-n0').boundingBox()
  if (near === null) throw new Error('the first node is not in view')
  await page.evaluate(() => {
    const touched = new Set<string>()
    Object.assign(globalThis, { touched })
    const nodesOf = (target: Node) =>
      (target instanceof Element ? target : target.parentElement)?.closest('.react-flow__node')
    new MutationObserver((changes) => {
      for (const { target } of changes) {
        const node = nodesOf(target)?.getAttribute('data-id')
        if (node != null) touched.add(node)
      }
    }).observe(document.querySelector('.react-flow__nodes')!, {
      subtree: true,
      childList: true,
      attributes: true,
      characterData: true,
    })
  })
  await page.mouse.move(near.x + near.width / 2, near.y + near.height / 2)
  await page.mouse.down()
  for (let step = 1; step <= 12; step++)
    await page.mouse.move(near.x + near.width / 2 + step * 3, near.y + near.height / 2 + step)
  await page.mouse.up()
  expect(await page.evaluate(() => [...(globalThis as unknown as { touched: Set<string> }).touched])).toEqual(
    ['n0'],
  )
}, 180_000)
