import { describe, expect, test } from 'vitest'
import { readsOf, replaceReads } from './reads.js'

const marked = (source: string): string =>
  replaceReads(source, readsOf(source).reads, ({ root, step, ofOutput }) =>
    step === undefined ? `<${root}>` : `<${step}${ofOutput ? '' : '!'}>`,
  )

describe('what an expression reads', () => {
  test.each([
    ['steps.fetch.output.body.spend > 1000', '<fetch>.body.spend > 1000'],
    ['steps.fetch.status = "skipped"', '<fetch!>.status = "skipped"'],
    ['$$.steps.`my-id`.output', '$$.<my-id>'],
    ['$.steps."my-id".output', '$.<my-id>'],
    ['steps . fetch . output', '<fetch>'],
    ['steps.fetch.output[0].x[y = 1]', '<fetch>[0].x[y = 1]'],
    ['steps.fetch[x].output', '<fetch!>[x].output'],
    ['trigger', '<trigger>'],
    ['trigger[0]^(rank)', '<trigger>[0]^(rank)'],
    ['{ "trigger": trigger.x }', '{ "trigger": <trigger>.x }'],
    ['/* trigger */ trigger & "steps.a.output"', '/* trigger */ <trigger> & "steps.a.output"'],
    [
      '$map(trigger.a, function($v){ $v * trigger.b })',
      '$map(<trigger>.a, function($v){ $v * <trigger>.b })',
    ],
    ['( $a := trigger.body; $a ~> $sum )', '( $a := <trigger>.body; $a ~> $sum )'],
    ['vars.limit + run.id', '<vars>.limit + <run>.id'],
    ['$x.steps.fetch.output', '$x.steps.fetch.output'],
  ])('%s', (source, expected) => expect([marked(source), readsOf(source).unnamed]).toEqual([expected, false]))

  test.each([
    ['items[trigger = 1]', '<items>[trigger = 1]'],
    ['items.(price * steps.rate.output)', '<items>.(price * steps.rate.output)'],
    ['items.(price * $$.steps.rate.output)', '<items>.(price * $$.<rate>)'],
    ['items{trigger: price}', '<items>{trigger: price}'],
    ['(items)[trigger]', '(<items>)[trigger]'],
    ['trigger ~> |a|{"x": steps.q.output}|', '<trigger> ~> |a|{"x": steps.q.output}|'],
  ])('within the data of a path names are of the data: %s', (source, expected) =>
    expect(marked(source)).toBe(expected),
  )

  test.each(['$keys(steps)', 'steps.*', 'steps[0].a', '$lookup($$, "steps")', '$', '*', '**.x', '`steps`.a'])(
    '%s does not say what it reads',
    (source) => expect(readsOf(source).unnamed).toBe(true),
  )

  test('what does not parse throws', () => expect(() => readsOf('a +')).toThrow())
})
