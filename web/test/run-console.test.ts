import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { z } from 'zod'
import { violationsOf } from './axe.js'
import { openBrowser, openPage, type RunningApp, signInAsOwner, startApp } from './fixture.js'
import { startStreamProxy } from './stream-proxy.js'

let app: RunningApp
let browser: Browser

beforeAll(async () => {
  ;[app, browser] = await Promise.all([startApp(), openBrowser()])
}, 120_000)

afterAll(async () => {
  await browser?.close()
  await app?.stop()
})

const started = z.object({ run: z.object({ id: z.string() }) })

interface Drawn {
  readonly nodes: readonly {
    readonly id: string
    readonly type: string
    readonly [member: string]: unknown
  }[]
  /** `from>to` or `from.port>to`. */
  readonly edges: readonly string[]
  readonly settings?: object
}

/** Publishes the workflow and starts it; gives the run's id. */
async function startRun(name: string, { nodes, edges, settings = {} }: Drawn): Promise<string> {
  const definition = {
    format: 'millrace/v1',
    name,
    settings,
    nodes: [{ id: 'start', type: 'trigger.manual' }, ...nodes],
    edges: edges.map((text) => {
      const [source = '', to = ''] = text.split('>')
      const [from = '', port = 'main'] = source.split('.')
      return { from, port, to }
    }),
  }
  await app.api('POST', '/workflows/import', { definition, publish: true })
  return started.parse(await app.api('POST', '/runs', { workflow: name, input: { order: 7 } })).run.id
}

const log = (id: string) => ({ id, type: 'log.message', params: { message: `this is ${id}` } })
const delay = (id: string, duration: string) => ({ id, type: 'flow.delay', params: { duration } })

const heading = (page: Page) => page.getByRole('banner').or(page.locator('header')).first()
const steps = (page: Page) => page.getByRole('navigation', { name: 'Steps' })
const step = (page: Page, path: string, state: string) =>
  steps(page).getByRole('button', { name: new RegExp(`^${state} ${path}\\b`) })

/** The whole of what the list of steps says, without durations. */
const summary = async (page: Page): Promise<string[]> =>
  (await steps(page).getByRole('button').all()).length === 0
    ? []
    : await steps(page)
        .getByRole('img')
        .evaluateAll((icons) =>
          icons.map((icon) => `${icon.getAttribute('aria-label')} ${icon.nextElementSibling?.textContent}`),
        )

test('a stream that is killed, shuffled, refused and blocked ends equal to a fresh load', async () => {
  const proxy = await startStreamProxy(app.url, [
    { kind: 'kill', after: 3 },
    { kind: 'shuffle', killAfter: 8 },
    { kind: 'refuse' },
    { kind: 'refuse' },
    { kind: 'refuse' },
    { kind: 'refuse' },
    { kind: 'block' },
  ])
  const ids = Array.from({ length: 10 }, (_, index) => index)
  const runId = await startRun('bumpy', {
    nodes: ids.flatMap((index) => [log(`say${index}`), delay(`wait${index}`, '800ms')]),
    edges: ids.flatMap((index) => [
      index === 0 ? 'start>say0' : `wait${index - 1}>say${index}`,
      `say${index}>wait${index}`,
    ]),
  })
  const { page, problems } = await openPage(browser, { ...app, url: proxy.url })
  await signInAsOwner(page, app, `/runs/${runId}`)
  await page.getByText('Reconnecting').waitFor()
  await expect.poll(() => proxy.asked.length, { timeout: 60_000 }).toBe(7)
  proxy.cut()
  await heading(page).getByText('Completed').waitFor({ timeout: 60_000 })
  await step(page, 'wait9', 'Completed').waitFor()

  const fresh = await openPage(browser, app)
  await signInAsOwner(fresh.page, app, `/runs/${runId}`)
  await step(fresh.page, 'wait9', 'Completed').waitFor()
  expect(await summary(page)).toEqual(await summary(fresh.page))
  expect(Number(proxy.asked.at(-1))).toBeGreaterThan(0)
  expect([...problems, ...fresh.problems]).toEqual([])
  await Promise.all([page.context().close(), fresh.page.context().close()])
  await proxy.close()
}, 180_000)

test('a failed run opens on its root failure, accessible in both themes, and is run again from there', async () => {
  const runId = await startRun('breaks', {
    nodes: [
      log('hello'),
      { id: 'check', type: 'flow.condition', params: { if: '{{ trigger.order > 5 }}' } },
      log('small'),
      { id: 'fetch', type: 'http.request', params: { method: 'GET', url: 'http://127.0.0.1:9/' } },
      log('store'),
      log('tell'),
    ],
    edges: [
      'start>hello',
      'hello>check',
      'check.false>small',
      'check.true>fetch',
      'fetch>store',
      'store>tell',
    ],
  })
  const { page, problems } = await openPage(browser, app)
  await signInAsOwner(page, app, `/runs/${runId}`)
  await page.getByText('fetch failed').waitFor()
  expect(await step(page, 'fetch', 'Failed').getAttribute('aria-current')).toBe('true')
  await steps(page).getByRole('button', { name: '2 steps never ran' }).click()
  await step(page, 'tell', 'Pending').waitFor()
  await page.getByRole('complementary', { name: 'Step fetch' }).waitFor()

  for (const colorScheme of ['light', 'dark'] as const) {
    await page.emulateMedia({ colorScheme })
    for (const view of ['Timeline', 'Log', 'Data', 'Graph']) {
      await page.getByRole('radiogroup', { name: 'View' }).getByText(view).click()
      await page.waitForURL(`**view=${view.toLowerCase()}**`)
      // The graph is drawn once it is laid out, and moves to the selected step.
      if (view === 'Graph') await page.locator('#card-fetch').waitFor()
      expect(await violationsOf(page), `${view}, ${colorScheme}`).toEqual([])
    }
  }

  await page.getByRole('button', { name: 'Run again' }).click()
  await page.getByText('linked to this one, keeps 2 steps and runs').waitFor()
  await page.getByRole('button', { name: 'Start the new run' }).click()
  await page.waitForURL((url) => !url.pathname.endsWith(runId))
  await page.getByRole('link', { name: `run ${runId.slice(-8)}` }).waitFor()
  expect(problems).toEqual([])
  await page.context().close()
}, 180_000)

test('a moment has a link, and the replay goes on from it to the end', async () => {
  const runId = await startRun('replayed', {
    nodes: [log('one'), delay('rest', '300ms'), log('two')],
    edges: ['start>one', 'one>rest', 'rest>two'],
  })
  const { page, problems } = await openPage(browser, app)
  await signInAsOwner(page, app, `/runs/${runId}`)
  await heading(page).getByText('Completed').waitFor({ timeout: 60_000 })

  await page.goto(`/runs/${runId}?view=log&at=4`)
  await page.getByText('Looking back').waitFor()
  await page.getByText('this is one').waitFor()
  await step(page, 'two', 'Pending').waitFor()
  expect(await page.getByText('this is two').count()).toBe(0)

  await page.getByRole('button', { name: 'One event on' }).click()
  await page.waitForURL('**at=5**')
  await page.getByRole('button', { name: 'Play', exact: true }).click()
  await page.getByText('this is two').waitFor()
  await step(page, 'two', 'Completed').waitFor()
  expect(problems).toEqual([])
  await page.context().close()
}, 120_000)

test('an approval shows what is asked, and what is decided goes on live', async () => {
  const runId = await startRun('asks', {
    nodes: [
      {
        id: 'ask',
        type: 'human.approval',
        params: { title: 'Refund order 7?', form: [{ name: 'reason', type: 'text', required: true }] },
      },
      log('refund'),
      log('refuse'),
    ],
    edges: ['start>ask', 'ask.approved>refund', 'ask.rejected>refuse'],
  })
  const { page, problems } = await openPage(browser, app)
  await signInAsOwner(page, app, `/runs/${runId}`)
  const card = page.getByRole('group', { name: 'Approval: Refund order 7?' })
  await card.getByRole('textbox', { name: 'reason' }).fill('broken on arrival')
  await card.getByRole('button', { name: 'Approve' }).click()
  await heading(page).getByText('Completed').waitFor()
  await step(page, 'refund', 'Completed').waitFor()
  await steps(page).getByRole('button', { name: '1 step skipped' }).waitFor()
  expect(problems).toEqual([])
  await page.context().close()
}, 120_000)

test('a step that waits for a call shows its URL, and is resumed from the screen', async () => {
  const runId = await startRun('called', {
    nodes: [{ id: 'callback', type: 'flow.wait', params: { for: 'resume' } }, log('after')],
    edges: ['start>callback', 'callback>after'],
  })
  const { page, problems } = await openPage(browser, app)
  await signInAsOwner(page, app, `/runs/${runId}`)
  const card = page.getByRole('group', { name: 'Resume callback' })
  const url = await card.getByRole('textbox', { name: 'Resume URL' }).inputValue()
  expect(url).toMatch(/^https?:\/\/.+\/resume\/.+/)
  await card.getByRole('textbox', { name: 'Output' }).fill('{ "paid": ')
  await card.getByText('Line 1, column 11: The text ends too early').waitFor()
  await card.getByRole('textbox', { name: 'Output' }).fill('{ "paid": true }')
  await card.getByRole('button', { name: 'Resume the step' }).click()
  await step(page, 'after', 'Completed').waitFor()
  await heading(page).getByText('Completed').waitFor()
  expect(problems).toEqual([])
  await page.context().close()
}, 120_000)

test('steps of items are listed under their map, and its end keeps them', async () => {
  const runId = await startRun('mapped', {
    nodes: [
      {
        id: 'each',
        type: 'flow.map',
        params: { items: '{{ [1, 2, 3] }}' },
        body: { nodes: [delay('rest', '50ms')], edges: [] },
      },
    ],
    edges: ['start>each'],
  })
  const { page, problems } = await openPage(browser, app)
  await signInAsOwner(page, app, `/runs/${runId}`)
  await heading(page).getByText('Completed').waitFor({ timeout: 60_000 })
  await steps(page).getByRole('button', { name: '3 steps inside' }).click()
  for (const index of [0, 1, 2]) await step(page, `each\\[${index}\\].rest`, 'Completed').waitFor()
  expect(problems).toEqual([])
  await page.context().close()
}, 120_000)

test('a run that waits says why; it is paused, resumed and cancelled', async () => {
  const runId = await startRun('waits', { nodes: [delay('rest', '1h')], edges: ['start>rest'] })
  const { page, problems } = await openPage(browser, app)
  await signInAsOwner(page, app, `/runs/${runId}`)
  await page
    .getByText(/rest waits until/)
    .first()
    .waitFor()
  await page.getByRole('button', { name: 'Pause', exact: true }).click()
  await heading(page).getByText('Paused').waitFor()
  await page.getByText(`It is paused by ${app.owner.email}`).waitFor()
  await page.getByRole('button', { name: 'Resume' }).click()
  await page
    .getByText(/rest waits until/)
    .first()
    .waitFor()
  await page.getByRole('button', { name: 'Cancel', exact: true }).click()
  await page.getByRole('button', { name: 'Cancel the run' }).click()
  await heading(page).getByText('Cancelled').waitFor()
  expect(problems).toEqual([])
  await page.context().close()
}, 120_000)

//  start ──► book ──► charge     unbook, refund: apart
test('a run is undone by a linked one, which says beforehand what it will do', async () => {
  const runId = await startRun('booking', {
    nodes: [
      { ...log('book'), compensate: 'unbook' },
      { ...log('charge'), compensate: 'refund' },
      log('unbook'),
      log('refund'),
    ],
    edges: ['start>book', 'book>charge'],
  })
  const { page, problems } = await openPage(browser, app)
  await signInAsOwner(page, app, `/runs/${runId}`)
  await step(page, 'charge', 'Completed').waitFor()
  await page.getByRole('button', { name: 'Undo …' }).click()
  const dialog = page.getByRole('dialog', { name: 'Undo the run' })
  const planned = dialog.getByRole('list', { name: 'Steps that undo' })
  await planned.waitFor()
  expect(await planned.getByRole('listitem').allInnerTexts()).toEqual([
    'refund undoes charge',
    'unbook undoes book',
  ])
  expect(await violationsOf(page, '[role="dialog"]')).toEqual([])
  await dialog.getByRole('button', { name: 'Undo the run' }).click()

  await page.waitForURL((url) => /\/runs\//.test(url.pathname) && !url.pathname.endsWith(runId))
  const undoing = page.url()
  await step(page, 'refund', 'Completed').waitFor()
  await step(page, 'unbook', 'Completed').waitFor()
  await page.getByText('Undoes').waitFor()
  expect(await page.getByRole('button', { name: 'Undo …' }).count()).toBe(0)

  // Asked once more there is nothing left: the run that did it is shown.
  await page.goto(`/runs/${runId}`)
  await page.getByRole('button', { name: 'Undo …' }).click()
  await dialog.getByRole('button', { name: 'Open that run' }).click()
  await page.waitForURL(undoing)
  expect(problems).toEqual([])
  await page.context().close()
}, 120_000)

test('a run without a place says so, and goes on once there is one', async () => {
  const drawn = {
    nodes: [delay('hold', '10m')],
    edges: ['start>hold'],
    settings: { concurrency: { limit: 1 } },
  }
  const first = await startRun('narrow', drawn)
  const second = await startRun('narrow', drawn)
  const { page, problems } = await openPage(browser, app)
  await signInAsOwner(page, app, `/runs/${second}`)
  await page
    .getByText(
      'It waits for a place: 1 run of narrow is under way, which is the limit (settings.concurrency)',
    )
    .waitFor()
  await app.api('POST', `/runs/${first}/cancel`, {})
  await step(page, 'hold', 'Waiting').waitFor()
  await app.api('POST', `/runs/${second}/cancel`, {})
  expect(problems).toEqual([])
  await page.context().close()
}, 120_000)
