import axe from 'axe-core'
import type { Page } from 'playwright-core'

/** What WCAG 2.2 AA is broken by on the page as it stands, or in a part of it, one line each. */
export async function violationsOf(page: Page, within?: string): Promise<string[]> {
  await rest(page)
  await page.evaluate(axe.source)
  const results = await page.evaluate(
    (selector) =>
      // @ts-expect-error the line before has put it there
      globalThis.axe.run(selector ?? document, { runOnly: ['wcag2a', 'wcag2aa', 'wcag21aa', 'wcag22aa'] }),
    within,
  )
  return results.violations.map(
    (violation: axe.Result) =>
      `${violation.id}: ${violation.nodes
        .slice(0, 3)
        .map(({ html }) => html.slice(0, 160))
        .join(' | ')}`,
  )
}

/** Colours that are just changing have contrasts that nobody reads by. What moves for ever is none of that. */
const rest = async (page: Page): Promise<void> => {
  await page.waitForFunction(async () => {
    // What has just been drawn begins to move with a frame.
    for (let frame = 0; frame < 2; frame++) await new Promise(requestAnimationFrame)
    return document.getAnimations().every((each) => each.effect?.getComputedTiming().endTime === Infinity)
  })
}
