import { Fragment } from 'react'
import { type DiffLine, diffLines, withoutEqualParts } from './line-diff.js'
import classes from './versions.module.css'

const CONTEXT = 4
/** Lines drawn at most: more of a difference nobody reads. */
const MOST_LINES = 4_000
const SIGNS = { same: ' ', added: '+', removed: '−' } as const

export const TextDiff = ({ before, after }: { readonly before: string; readonly after: string }) => {
  const lines = withoutEqualParts(diffLines(before, after), CONTEXT)
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: it scrolls sideways, by keyboard too
    <section className={classes['text']} aria-label="Text difference" tabIndex={0}>
      {lines.slice(0, MOST_LINES).map((line) => (
        <Fragment key={keyOf(line, lines)}>
          <TextLine line={line} />
        </Fragment>
      ))}
      {lines.length > MOST_LINES && (
        <div className={classes['gap']}>{lines.length - MOST_LINES} more lines</div>
      )}
    </section>
  )
}

const keyOf = (line: DiffLine, lines: readonly DiffLine[]): string =>
  line.kind === 'gap'
    ? `gap ${lines.indexOf(line)}`
    : `${'before' in line ? line.before : ''} ${'after' in line ? line.after : ''}`

const TextLine = ({ line }: { readonly line: DiffLine }) => {
  if (line.kind === 'gap')
    return (
      <div className={classes['gap']}>{line.lines === 1 ? '1 equal line' : `${line.lines} equal lines`}</div>
    )
  return (
    <div className={classes['line']} data-kind={line.kind}>
      <span className={classes['lineNumber']}>{'before' in line && line.before}</span>
      <span className={classes['lineNumber']}>{'after' in line && line.after}</span>
      <span className={classes['sign']}>{SIGNS[line.kind]}</span>
      <code>{line.text}</code>
    </div>
  )
}
