import axe from 'axe-core'
import type { Page } from 'playwright-core'

/** What WCAG 2.2 AA is broken by on the page as it stands, one line each. */
export async function violationsOf(page: Page): Promise<string[]> {
  await page.evaluate(axe.source)
  const results = await page.evaluate(() =>
    // @ts-expect-error the line before has put it there
    globalThis.axe.run(document, { runOnly: ['wcag2a', 'wcag2aa', 'wcag21aa', 'wcag22aa'] }),
  )
  return results.violations.map(
    (violation: axe.Result) =>
      `${violation.id}: ${violation.nodes
        .slice(0, 3)
        .map(({ html }) => html.slice(0, 160))
        .join(' | ')}`,
  )
}
