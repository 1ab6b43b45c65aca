import type { Reporter, TestModule } from 'vitest/node'

interface Counts {
  passed: number
  failed: number
  skipped: number
}

/** The last line of a test run, alone and plain, for people and machines: `12 passed, 0 failed, 1 skipped`. */
export default class SummaryReporter implements Reporter {
  onTestRunEnd(modules: readonly TestModule[], unhandledErrors: readonly unknown[]): void {
    const counts: Counts = { passed: 0, failed: unhandledErrors.length, skipped: 0 }
    for (const module of modules) add(counts, module)
    process.stdout.write(`\n${summaryLine(counts)}\n`)
  }
}

export const summaryLine = ({ passed, failed, skipped }: Counts): string =>
  `${passed} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ''}`

/** A file that failed before any of its tests could (a broken import, a hook) counts as one failure. */
const add = (counts: Counts, module: TestModule): void => {
  let failed = 0
  for (const test of module.children.allTests()) {
    const { state } = test.result()
    if (state === 'passed') counts.passed++
    else if (state === 'failed') failed++
    else counts.skipped++
  }
  counts.failed += module.state() === 'failed' ? Math.max(1, failed) : failed
}
