import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { openBrowser, openPage, type RunningApp, signInAsOwner, startApp } from './fixture.js'

/** Where the keyboard is on the canvas: a card that is named to assistive technology is there. */
let app: RunningApp
let browser: Browser

beforeAll(async () => {
  ;[app, browser] = await Promise.all([startApp(), openBrowser()])
}, 120_000)

afterAll(async () => {
  await browser?.close()
  await app?.stop()
})

const open = async (name: string, apart: number) => {
  const log = (id: string) => ({ id, type: 'log.message', params: { message: id } })
  const each = {
    id: 'each',
    type: 'flow.map',
    params: { items: [1] },
    body: { nodes: [log('inner')], edges: [] },
  }
  const nodes = [
    { id: 'start', type: 'trigger.manual', params: {} },
    log('far'),
    each,
    log('one'),
    log('two'),
  ]
  const edges = ['far', 'each', 'one', 'two'].map((to, index) => ({ from: nodes[index]?.id, to }))
  const definition = {
    format: 'millrace/v1',
    name,
    nodes,
    edges,
    ui: {
      positions: {
        start: { x: 0, y: 0 },
        far: { x: apart, y: 0 },
        each: { x: apart + 400, y: 0 },
        inner: { x: 24, y: 56 },
        one: { x: apart + 800, y: 0 },
        two: { x: 2 * apart + 800, y: 0 },
      },
      groups: { both: { title: 'Both', nodes: ['one', 'far'], collapsed: false } },
    },
  }
  // The API answers with the workflow it made.
  const { id } = (await app.api('POST', '/workflows', { definition })) as { id: string }
  const { page, problems } = await openPage(browser, app, { viewport: { width: 1600, height: 900 } })
  await signInAsOwner(page, app, `/workflows/${id}`)
  await page.locator('[data-canvas]').focus()
  return { page, problems }
}

/** Names the card, and it is in sight. */
const at = async (page: Page, id: string): Promise<void> => {
  await page.locator(`[data-canvas][aria-activedescendant="card-${id}"]`).waitFor()
  const { x = -1, width = 0 } = (await page.locator(`[id="card-${id}"]`).boundingBox()) ?? {}
  expect([x + width > 0, x < 1_600]).toEqual([true, true])
}

const isNamed = (page: Page) => page.locator('[data-canvas][aria-activedescendant]').count()

test('a card out of sight is not named; it is brought back when the keyboard comes back', async () => {
  const { page, problems } = await open('far', 4_000)
  await page.keyboard.press('ArrowRight')
  await at(page, 'start')
  await page.keyboard.press('ArrowRight')
  await at(page, 'far')

  for (const _ of ['out of the middle', 'out of sight']) {
    await page.mouse.move(700, 200)
    await page.mouse.down()
    await page.mouse.move(700, 800, { steps: 4 })
    await page.mouse.up()
  }
  await page.locator('[data-canvas]:not([aria-activedescendant])').waitFor()
  await page.locator('#card-far').waitFor({ state: 'detached' })
  // Away to the next part of the page, and back.
  await page.keyboard.press('F6')
  await page.keyboard.press('Shift+F6')
  await at(page, 'far')
  expect(problems).toEqual([])
  await page.context().close()
}, 120_000)

test('what is folded away is left for what stands for it', async () => {
  const { page, problems } = await open('folded', 300)
  for (const _ of ['start', 'far', 'each']) await page.keyboard.press('ArrowRight')
  await page.keyboard.press('ArrowDown')
  await at(page, 'inner')
  await page.getByRole('button', { name: 'Collapse each' }).click()
  await at(page, 'each')

  await page.keyboard.press('ArrowRight')
  await at(page, 'one')
  await page.getByRole('button', { name: 'Collapse Both' }).click()
  await at(page, 'group:both')
  await page.getByRole('img', { name: 'Both, group of 2' }).waitFor()
  await page.locator('[data-canvas]').focus()
  await page.keyboard.press('Enter')
  await page.getByRole('button', { name: 'Collapse Both' }).waitFor()
  expect(await isNamed(page)).toBe(1)
  await page.keyboard.press('m')
  await page.getByRole('menuitem', { name: 'Rename Both' }).focus()
  await page.keyboard.press('Enter')
  await page.getByRole('dialog').getByRole('textbox', { name: 'Name' }).fill('Pair')
  await page.keyboard.press('Enter')
  await page.getByRole('button', { name: 'Collapse Pair' }).waitFor()
  expect(problems).toEqual([])
  await page.context().close()
}, 120_000)
