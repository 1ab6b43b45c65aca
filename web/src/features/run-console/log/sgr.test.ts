import { expect, test } from 'vitest'
import { parseSgr, stripEscapes } from './sgr.js'

const ESC = '\u001b'
const short = (line: string) =>
  parseSgr(line).map(({ text, style }) => {
    const { colour, background, ...flags } = style
    const on = Object.entries(flags).flatMap(([name, isOn]) => (isOn ? [name] : []))
    return [text, ...[colour, background && `on ${background}`].filter(Boolean), ...on].join('|')
  })

test.each([
  ['plain text', ['plain text']],
  [`${ESC}[31mred${ESC}[0m plain`, ['red|red', ' plain']],
  [`${ESC}[1;92;44mall${ESC}[39mleft${ESC}[m`, ['all|green|on blue|bold', 'left|on blue|bold']],
  [`${ESC}[38;5;196mlarge palette${ESC}[48;2;1;2;31m true colour`, ['large palette', ' true colour']],
  [`${ESC}[2J${ESC}[10;10Hmoves nothing`, ['moves nothing']],
  [`${ESC}]8;;https://evil.example${ESC}\\a link is text${ESC}]8;;${ESC}\\`, ['a link is text']],
  [`bell\u0007, tab\tstays, ${ESC}`, ['bell', ', tab\tstays, ']],
  [`${ESC}]0;no end`, []],
])('%j', (line, spans) => {
  expect(short(line)).toEqual(spans)
  expect(stripEscapes(line)).toBe(
    parseSgr(line)
      .map(({ text }) => text)
      .join(''),
  )
})
