import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { openBrowser, openPage, type RunningApp, signInAsOwner, startApp } from './fixture.js'

/** Bodies of containers: built by mouse and by keys, moved in and out, configured and tried. */
let app: RunningApp
let browser: Browser

beforeAll(async () => {
  ;[app, browser] = await Promise.all([startApp(), openBrowser()])
}, 120_000)

afterAll(async () => {
  await browser?.close()
  await app?.stop()
})

interface DraftNode {
  readonly id: string
  readonly body?: {
    readonly nodes: readonly DraftNode[]
    readonly edges: readonly { readonly from: string; readonly to: string }[]
  }
}

const open = async (name: string, nodes: readonly object[], edges: readonly object[] = []) => {
  const definition = { format: 'millrace/v1', name, nodes, edges }
  // The API answers with the workflow it made.
  const { id } = (await app.api('POST', '/workflows', { definition })) as { id: string }
  const { page, problems } = await openPage(browser, app, { viewport: { width: 1600, height: 900 } })
  await signInAsOwner(page, app, `/workflows/${id}`)
  await page.locator('#card-start').waitFor()
  return { page, problems, id }
}

const start = { id: 'start', type: 'trigger.manual', params: {} }
const palette = (page: Page) => page.getByRole('complementary', { name: 'Nodes and outline' })

const saved = async (page: Page, id: string): Promise<readonly DraftNode[]> => {
  await page.locator('[data-save="saved"]').waitFor()
  // The API answers with the workflow, its draft as it was saved.
  const { draft } = (await app.api('GET', `/workflows/${id}`)) as { draft: { nodes: readonly DraftNode[] } }
  return draft.nodes
}

const bodyOf = (nodes: readonly DraftNode[], id: string) =>
  nodes.find((node) => node.id === id)?.body ?? { nodes: [], edges: [] }

const centreOf = async (page: Page, selector: string) => {
  const box = await page.locator(selector).boundingBox()
  if (box === null) throw new Error(`${selector} is not in view`)
  return { x: box.x + box.width / 2, y: box.y + box.height / 2 }
}

const drag = async (page: Page, from: string, to: { x: number; y: number }): Promise<void> => {
  const { x, y } = await centreOf(page, from)
  await page.mouse.move(x, y)
  await page.mouse.down()
  await page.mouse.move(x + 12, y + 12)
  await page.mouse.move(to.x, to.y, { steps: 8 })
  await page.mouse.up()
}

test('by mouse: a map comes with a body, takes nodes in and lets them go', async () => {
  const log = { id: 'log', type: 'log.message', params: { message: '{{ item }}' } }
  const { page, problems, id } = await open('bodies', [start, log], [{ from: 'start', to: 'log' }])
  await page.locator('#card-start').click()
  await palette(page).getByRole('button', { name: 'Map' }).click()
  await page.locator('#card-json').waitFor()
  await page.getByRole('button', { name: 'Fit (F)' }).click()
  expect(bodyOf(await saved(page, id), 'map').nodes.map((node) => node.id)).toEqual(['json'])

  // A connected card dropped on the frame loses the connection across its rim.
  const inside = await centreOf(page, '#card-json')
  const frame = await page.locator('#card-map').boundingBox()
  await drag(page, '#card-log', { x: inside.x, y: (frame?.y ?? 0) + (frame?.height ?? 0) - 4 })
  await page.getByText('1 connection across the rim removed.').waitFor()
  await page.getByRole('group', { name: 'map, Map · 2 nodes' }).waitFor()
  expect(bodyOf(await saved(page, id), 'map').nodes.map((node) => node.id)).toEqual(['log', 'json'])

  // A trigger does not go in: it is back where it was.
  const before = await centreOf(page, '#card-start')
  await drag(page, '#card-start', inside)
  await page.getByText('start is a trigger').waitFor()
  await expect.poll(() => centreOf(page, '#card-start'), { timeout: 20_000 }).toEqual(before)

  await drag(page, '#card-log', { x: before.x, y: before.y + 300 })
  await page.getByRole('group', { name: 'map, Map · 1 node' }).waitFor()
  expect((await saved(page, id)).map((node) => node.id)).toEqual(['start', 'log', 'map'])

  await page.getByRole('button', { name: 'Collapse map' }).click()
  await page.locator('#card-json').waitFor({ state: 'detached' })
  await page.getByRole('button', { name: 'Expand map' }).click()
  await page.locator('#card-json').waitFor()
  expect(problems).toEqual([])
  await page.context().close()
}, 180_000)

test('by keys: N puts nodes into the container, behind one another, and its problems name them', async () => {
  const { page, problems, id } = await open('bodies-by-keys', [start])
  await page.locator('[data-canvas]').focus()
  await page.keyboard.press('ArrowRight')
  const add = async (title: string): Promise<void> => {
    await page.keyboard.press('n')
    await page.getByRole('dialog').getByRole('combobox').waitFor()
    await page.keyboard.type(title)
    await page.keyboard.press('Enter')
    await page.getByRole('dialog').waitFor({ state: 'detached' })
  }
  await add('Map')
  await page.locator('[data-canvas][aria-activedescendant="card-map"]').waitFor()
  await add('Log')
  await page.locator('[data-canvas][aria-activedescendant="card-message"]').waitFor()
  await page.getByRole('button', { name: '2 problems' }).click()
  const list = page.getByRole('list', { name: 'Problems' })
  await list.getByRole('button', { name: /^message/ }).click()
  await page.getByRole('region', { name: 'Settings of message' }).waitFor()
  const body = bodyOf(await saved(page, id), 'map')
  expect(body.edges).toMatchObject([{ from: 'json', to: 'message' }])
  expect(problems).toEqual([])
  await page.context().close()
}, 180_000)

test('a node of a body is tried in its container, and reads the first item', async () => {
  const price = { id: 'price', type: 'transform.json', params: { expression: 'item.price * 2' } }
  const each = {
    id: 'each',
    type: 'flow.map',
    params: { items: [{ price: 21 }, { price: 1 }] },
    body: { nodes: [price], edges: [] },
  }
  const { page, problems } = await open('bodies-tried', [start, each], [{ from: 'start', to: 'each' }])
  await page.locator('#card-price').dblclick()
  const larger = page.getByRole('button', { name: 'Make the panel larger' })
  await larger.click()
  await page.getByRole('button', { name: 'Run up to here' }).first().click()
  const output = page.getByRole('region', { name: 'Output' })
  await output.getByText('Completed').waitFor()
  await output.getByText('42', { exact: true }).waitFor()
  const input = page.getByRole('region', { name: 'Input' })
  await input.getByRole('tree', { name: 'Item 0' }).getByText('21').waitFor()
  await page.getByRole('region', { name: 'Settings', exact: true }).getByText('42').waitFor()
  expect(problems).toEqual([])
  await page.context().close()
}, 180_000)
