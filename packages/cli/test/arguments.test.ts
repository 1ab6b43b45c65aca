import { describe, expect, it } from 'vitest'
import { parseArguments } from '../src/arguments.js'

const command = (line: string) => parseArguments(line.split(' ')).command
const refusal = (...argv: string[]): string => {
  try {
    parseArguments(argv)
  } catch (error) {
    if (error instanceof Error && error.name === 'UsageError') return error.message
    throw error
  }
  return 'accepted'
}

describe('the command line', () => {
  it('starts a run', () => {
    expect(parseArguments(['run', 'order intake', '--input', '{"a":1}', '--watch', '--json'])).toEqual({
      command: {
        name: 'run',
        workflow: 'order intake',
        input: { kind: 'json', value: { a: 1 } },
        watch: true,
        idempotencyKey: undefined,
        trigger: undefined,
        version: undefined,
      },
      url: undefined,
      json: true,
    })
    expect(command('run w -w -i @in.json --idempotency-key k --trigger t --version 3')).toEqual({
      name: 'run',
      workflow: 'w',
      input: { kind: 'file', path: 'in.json' },
      watch: true,
      idempotencyKey: 'k',
      trigger: 't',
      version: 3,
    })
    expect(command('run w')).toMatchObject({ input: { kind: 'none' }, watch: false })
  })

  it('knows the other commands', () => {
    expect(command('login --email a@b.example --password p')).toEqual({
      name: 'login',
      email: 'a@b.example',
      password: 'p',
    })
    expect(command('workflows')).toEqual({ name: 'workflows' })
    expect(command('validate f.json')).toEqual({
      name: 'validate',
      file: 'f.json',
      offline: false,
    })
    expect(command('deploy f.json -m why')).toEqual({
      name: 'deploy',
      file: 'f.json',
      message: 'why',
      force: false,
    })
    expect(command('list --status failed --workflow w')).toEqual({
      name: 'list',
      status: 'failed',
      workflow: 'w',
      limit: 20,
      cursor: undefined,
    })
    expect(refusal('list', '--limit', '500')).toContain('at most 200')
    expect(command('status r')).toEqual({ name: 'status', run: 'r' })
    expect(command('watch r')).toEqual({ name: 'watch', run: 'r' })
    expect(command('cancel r --reason late')).toEqual({ name: 'cancel', run: 'r', reason: 'late' })
  })

  it('publishes events', () => {
    expect(command('events publish paid --key a1 -p {"n":7} --id d-1')).toEqual({
      name: 'events',
      event: 'paid',
      key: 'a1',
      payload: { kind: 'json', value: { n: 7 } },
      id: 'd-1',
    })
    expect(refusal('events', 'burn', 'paid')).toContain('millrace events publish')
    expect(command('events list r1')).toEqual({ name: 'run-events', run: 'r1' })
    expect(refusal('events', 'publish')).toContain('<event>')
    expect(refusal('events', 'publish', 'paid', '--payload', '{')).toContain('--payload')
  })

  it('knows how runs are repaired', () => {
    expect(command('pause r -w')).toEqual({ name: 'pause', run: 'r', watch: true })
    expect(command('resume r')).toEqual({ name: 'resume', run: 'r', watch: false })
    expect(command('retry r --from-start --latest --confirm --watch')).toEqual({
      name: 'retry',
      run: 'r',
      fromStart: true,
      latest: true,
      confirm: true,
      dryRun: false,
      watch: true,
    })
    expect(command('undo r -w')).toEqual({ name: 'undo', run: 'r', dryRun: false, watch: true })
    expect(command('rerun r fetch --dry-run -i {"a":1}')).toMatchObject({
      name: 'rerun',
      from: 'fetch',
      dryRun: true,
      input: { kind: 'json', value: { a: 1 } },
    })
    expect(command('bulk retry --status failed --error-code E --from 2026-11-21T09:00:00Z -y')).toEqual({
      name: 'bulk',
      action: 'retry',
      filter: { status: 'failed', errorCode: 'E', createdFrom: '2026-11-21T09:00:00.000Z' },
      latest: false,
      confirm: false,
      yes: true,
    })
    const by = (line: string) => command(`dead-letters${line}`)
    expect(by('')).toEqual({ name: 'dead-letters', action: { kind: 'list' } })
    expect(by(' --show f')).toMatchObject({ action: { kind: 'show', fingerprint: 'f' } })
    expect(by(' --discard f --reason known')).toMatchObject({
      action: { kind: 'discard', fingerprint: 'f', reason: 'known' },
    })
    expect(by(' --redrive f --same')).toMatchObject({
      action: { kind: 'redrive', fingerprint: 'f', same: true, confirm: false },
    })
    expect(refusal('dead-letters', '--discard', 'f')).toContain('--reason')
    expect(refusal('dead-letters', '--discard', 'f', '--redrive', 'f')).toContain('one of')
    expect(refusal('bulk', 'fly', '--status', 'failed')).toContain('cancel, pause, resume, retry')
    expect(refusal('bulk', 'retry')).toContain('Say which runs')
    expect(refusal('bulk', 'retry', '--from', 'today')).toContain('2026-11-21T09:00:00Z')
    expect(refusal('rerun', 'r')).toContain('<step>')
  })

  it('takes the URL with every command', () => {
    expect(parseArguments(['list', '--url', 'https://m.example'])).toMatchObject({ url: 'https://m.example' })
  })

  it.each([[], ['help'], ['--help'], ['-h']])('shows help for %j', (...argv) => {
    expect(parseArguments(argv.flat()).command).toEqual({ name: 'help', topic: undefined })
  })

  it('shows the help of a command, whatever else is wrong', () => {
    expect(command('help run')).toEqual({ name: 'help', topic: 'run' })
    expect(command('run --help')).toEqual({ name: 'help', topic: 'run' })
  })

  it.each([
    [['fly'], 'There is no command "fly".'],
    [['constructor'], 'There is no command "constructor".'],
    [['run'], '`millrace run` needs a <workflow>.'],
    [['status', 'r', 's'], '"s" is one argument too many.'],
    [['run', 'w', '--input', '{a}'], '--input is not valid JSON'],
    // It is JSON: the quotes are not to blame.
    [['run', 'w', '--input', '1e309'], '--input: The number 1e309 at the top is too large.'],
    [
      ['events', 'publish', 'e', '--payload', '{"n":[1e999]}'],
      '--payload: The number 1e999 at /n/0 is too large',
    ],
    [['approve', 'r', '--data', '[1e309]'], '--data: The number 1e309 at /0 is too large'],
    [['run', 'w', '--version', '0'], '--version takes a whole number from 1.'],
    [['list', '--limit', 'x'], '--limit takes a whole number from 1.'],
    [['list', '--status', 'done'], '--status takes one of pending, running'],
    [['list', '--url', 'localhost'], '--url takes an http or https URL.'],
    [['list', '--watch'], '--watch'],
    [['run', 'w', '--input'], '--input'],
  ])('refuses %j', (argv, message) => {
    expect(refusal(...argv)).toContain(message)
  })
})
