import type { RunEvent } from '@millrace/contracts'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { formatDuration } from '../src/console/duration.js'
import { drawFrame } from '../src/console/frame.js'
import { fit, padTo, printable, widthOf } from '../src/console/printable.js'
import { applyEvent, emptyView } from '../src/console/run-view.js'
import { createColors } from '../src/console/theme.js'
import { renderRun } from '../src/index.js'
import { failedRun, recordedRun, recordedSteps } from './recorded-run.js'

const viewAfter = (events: readonly RunEvent[], steps: readonly string[] = []) => {
  const view = emptyView(steps)
  for (const event of events) applyEvent(view, event)
  return view
}

const frame = (
  events: readonly RunEvent[],
  options: { columns?: number; rows?: number; color?: boolean } = {},
) =>
  drawFrame(viewAfter(events, recordedSteps), {
    title: 'orders v3',
    columns: options.columns ?? 80,
    rows: options.rows ?? 24,
    now: 1_650,
    tick: 2,
    colors: createColors(options.color ?? false),
  })

async function* from(events: readonly RunEvent[]) {
  yield* events
}

const render = async (events: readonly RunEvent[], tty: boolean) => {
  let written = ''
  const out = { columns: 80, rows: 24, write: (text: string) => (written += text) }
  const view = await renderRun(from(events), {
    tty,
    out,
    color: false,
    steps: recordedSteps,
    title: 'orders v3',
  })
  return { written, view }
}

describe('the live console', () => {
  it('draws a run in flight', () => {
    expect(frame(recordedRun.slice(0, 6)).join('\n')).toMatchInlineSnapshot(`
      "⠹ running  650 ms  orders v3
      ████░░░░░░░░░░░░░░░░░░░░ 1/6 steps
       ✔ completed  hook    0 ms
       ⠹ running    fetch   648 ms      attempt 2  got it
       · pending    pause
       · pending    charge
       · pending    ship
       · pending    later"
    `)
  })

  it('draws a run that ended', () => {
    expect(frame(recordedRun).join('\n')).toMatchInlineSnapshot(`
      "✔ completed  1 min 1 s  orders v3
      ████████████████████░░░░ 5/6 steps
       ✔ completed  hook    0 ms
       ✔ completed  fetch   698 ms      attempt 2  got it
       ✔ completed  pause   1 min
       ✖ failed     charge  1.2 s       HTTP_STATUS: The other side answered 402, han…
       ○ skipped    ship
       · pending    later"
    `)
  })

  it('draws a run that failed', () => {
    expect(frame(failedRun).join('\n')).toMatchInlineSnapshot(`
      "✖ failed  90 ms  orders v3
      ████░░░░░░░░░░░░░░░░░░░░ 1/6 steps
       · pending    hook
       ✖ failed     fetch   89 ms       HTTP_FAILED: getaddrinfo ENOTFOUND crm.example
       · pending    pause
       · pending    charge
       · pending    ship
       · pending    later
      HTTP_FAILED: getaddrinfo ENOTFOUND crm.example"
    `)
  })

  it('says each state by colour, icon and word', () => {
    expect(frame(recordedRun, { color: true }).join('\n')).toContain('\u001b[32m✔ completed\u001b[39m')
    expect(frame(failedRun, { color: true }).join('\n')).toContain('\u001b[31m✖ failed\u001b[39m')
  })

  it('never draws wider or higher than the screen, and keeps what tells most', () => {
    for (const columns of [20, 40, 80])
      for (const line of frame(recordedRun, { columns })) expect(widthOf(line)).toBeLessThanOrEqual(columns)
    const low = frame(recordedRun.slice(0, 10), { rows: 6 })
    expect(low.length).toBeLessThanOrEqual(6)
    expect(low.join('\n')).toContain('charge')
    expect(low.join('\n')).toContain('and 3 more')
  })

  it('redraws in place and leaves the whole last frame', async () => {
    const { written, view } = await render(recordedRun, true)
    const last = drawFrame(view, {
      title: 'orders v3',
      columns: 80,
      rows: Number.POSITIVE_INFINITY,
      now: 61_703,
      tick: 0,
      colors: createColors(false),
    })
    for (const line of last) expect(written).toContain(`\r\u001b[K${line}\n`)
    expect(written.endsWith('\u001b[J')).toBe(true)
    expect(view.status).toBe('completed')
  })
})

describe('plain lines', () => {
  it('print every event in order', async () => {
    expect((await render(recordedRun, false)).written).toMatchInlineSnapshot(`
      "    1        0 ms  run_started       by hook
          2        0 ms  step_succeeded    hook
          3        2 ms  step_started      fetch
          4      120 ms  step_retrying     fetch  again in 500 ms after HTTP_STATUS: The other side answered 503
          5      620 ms  step_started      fetch  attempt 2
          6      650 ms  step_log          fetch  info: got it
          7      700 ms  step_succeeded    fetch  in 698 ms
          8      701 ms  step_started      charge
          9      701 ms  step_waiting      pause  for timer
         10       1.9 s  step_failed       charge  HTTP_STATUS: The other side answered 402, handled
         11       1.9 s  step_skipped      ship
         12       1.9 s  run_waiting       for 58.8 s
         13   1 min 1 s  run_resumed
         14   1 min 1 s  step_succeeded    pause  in 1 min
         15   1 min 1 s  run_finished      completed
      "
    `)
  })

  it('hold no escape sequence', async () => {
    const { written } = await render(recordedRun, false)
    expect(written).not.toContain('\u001b')
    expect(written.split('\n')).toHaveLength(recordedRun.length + 1)
  })
})

describe('a broken stream', () => {
  it('comes through, after the screen is in order', async () => {
    async function* broken() {
      yield* recordedRun.slice(0, 3)
      throw new Error('gone')
    }
    let written = ''
    const out = { write: (text: string) => (written += text) }
    await expect(renderRun(broken(), { tty: true, out, color: false })).rejects.toThrow('gone')
    expect(written).toContain('fetch')
  })
})

describe('durations', () => {
  it.each([
    [0, '0 ms'],
    [-5, '0 ms'],
    [999.6, '1.0 s'],
    [12, '12 ms'],
    [1_240, '1.2 s'],
    [59_949, '59.9 s'],
    [59_990, '1 min'],
    [125_000, '2 min 5 s'],
    [3_600_000, '1 h'],
    [3_720_000, '1 h 2 min'],
    [90_000_000, '1 d 1 h'],
  ])('%d ms is %s', (ms, text) => {
    expect(formatDuration(ms)).toBe(text)
  })
})

describe('data on the terminal', () => {
  it('cannot drive it, whatever it is', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what must not come through.
        expect(printable(text)).not.toMatch(/[\u0000-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069]/)
      }),
    )
    expect(printable('\u001b]8;;https://evil.example\u0007click\u001b]8;;\u0007')).toBe('click')
    expect(printable('a\n\tb\u009b31m')).not.toContain('\u009b')
  })

  it('is cut to its room, wide characters counted twice', () => {
    expect(fit('abcdef', 4)).toBe('abc…')
    expect(fit('漢字漢字', 5)).toBe('漢字…')
    expect(fit('abc', 3)).toBe('abc')
    expect(padTo('漢', 4)).toBe('漢  ')
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), fc.nat(20), (text, columns) => {
        expect(widthOf(fit(text, columns))).toBeLessThanOrEqual(columns)
      }),
    )
  })
})
