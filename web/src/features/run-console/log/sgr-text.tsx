import { Fragment } from 'react'
import classes from './log.module.css'
import { parseSgr, type SgrSpan, type SgrStyle } from './sgr.js'

interface SgrTextProps {
  readonly line: string
  /** What to mark, found in the text without its colours. */
  readonly pattern: RegExp | undefined
}

/** A line with its terminal colours, and the places a search has found. */
export const SgrText = ({ line, pattern }: SgrTextProps) => (
  <>
    {parseSgr(line).map((span, index) => (
      <Span key={index} span={span} pattern={pattern} />
    ))}
  </>
)

const Span = ({
  span: { text, style },
  pattern,
}: {
  readonly span: SgrSpan
  readonly pattern: RegExp | undefined
}) => (
  <span className={classNameOf(style)}>
    {pattern === undefined ? text : <Marked text={text} pattern={pattern} />}
  </span>
)

const Marked = ({ text, pattern }: { readonly text: string; readonly pattern: RegExp }) =>
  text
    .split(new RegExp(`(${pattern.source})`, 'i'))
    .map((part, index) => (
      <Fragment key={index}>
        {index % 2 === 1 ? <mark className={classes['mark']}>{part}</mark> : part}
      </Fragment>
    ))

const classNameOf = ({ colour, background, bold, dim, italic, underline }: SgrStyle): string | undefined => {
  const names = [
    colour !== undefined && `fg-${colour}`,
    background !== undefined && `bg-${background}`,
    bold && 'bold',
    dim && 'dim',
    italic && 'italic',
    underline && 'underline',
  ].flatMap((name) => (name === false ? [] : [classes[name]]))
  return names.length === 0 ? undefined : names.join(' ')
}
