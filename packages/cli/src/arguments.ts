import { type ParseArgsConfig, parseArgs } from 'node:util'
import { type BulkAction, type BulkFilter, bulkAction, bulkFilter, runStatus } from '@millrace/contracts'
import type { Command, DeadLettersCommand, InputSource, Invocation, Shell } from './command.js'
import { UsageError } from './exit-code.js'
import { readJsonText } from './json-text.js'

type Values = Readonly<Record<string, string | boolean | (string | boolean)[] | undefined>>

interface CommandSyntax {
  /** Names of what must stand after the command, in order. */
  readonly operands: readonly string[]
  readonly options: NonNullable<ParseArgsConfig['options']>
  build(operands: readonly string[], values: Values): Command
}

const text = { type: 'string' } as const
const flag = { type: 'boolean' } as const
const GLOBAL = { url: text, json: flag, help: { type: 'boolean', short: 'h' } } as const

const RECOVERY = {
  latest: flag,
  confirm: flag,
  'dry-run': flag,
  watch: { type: 'boolean', short: 'w' },
} as const

const controlSyntax = (name: 'pause' | 'resume'): CommandSyntax => ({
  operands: ['run'],
  options: { watch: { type: 'boolean', short: 'w' } },
  build: ([run = ''], values) => ({ name, run, watch: values.watch === true }),
})

const decideSyntax = (name: 'approve' | 'reject'): CommandSyntax => ({
  operands: ['approval'],
  options: { comment: text, data: text },
  build: ([approval = ''], values) => ({
    name,
    approval,
    comment: textOf(values, 'comment'),
    data: inputOf(textOf(values, 'data'), '--data'),
  }),
})

const SYNTAX: Readonly<Record<Exclude<Command['name'], 'help' | 'version' | 'run-events'>, CommandSyntax>> = {
  login: {
    operands: [],
    options: { email: text, password: text },
    build: (_, values) => ({
      name: 'login',
      email: textOf(values, 'email'),
      password: textOf(values, 'password'),
    }),
  },
  workflows: { operands: [], options: {}, build: () => ({ name: 'workflows' }) },
  logout: { operands: [], options: {}, build: () => ({ name: 'logout' }) },
  whoami: { operands: [], options: {}, build: () => ({ name: 'whoami' }) },
  result: { operands: ['run'], options: {}, build: ([run = '']) => ({ name: 'result', run }) },
  completion: {
    operands: ['shell'],
    options: {},
    build: ([shell = '']) => ({ name: 'completion', shell: shellOf(shell) }),
  },
  validate: {
    operands: ['file'],
    options: { offline: flag },
    build: ([file = ''], values) => ({ name: 'validate', file, offline: values.offline === true }),
  },
  deploy: {
    operands: ['file'],
    options: { message: { type: 'string', short: 'm' }, force: flag },
    build: ([file = ''], values) => ({
      name: 'deploy',
      file,
      message: textOf(values, 'message'),
      force: values.force === true,
    }),
  },
  run: {
    operands: ['workflow'],
    options: {
      input: { type: 'string', short: 'i' },
      watch: { type: 'boolean', short: 'w' },
      'idempotency-key': text,
      trigger: text,
      version: text,
    },
    build: ([workflow = ''], values) => ({
      name: 'run',
      workflow,
      input: inputOf(textOf(values, 'input')),
      watch: values.watch === true,
      idempotencyKey: textOf(values, 'idempotency-key'),
      trigger: textOf(values, 'trigger'),
      version: countOf(values, 'version'),
    }),
  },
  list: {
    operands: [],
    options: { workflow: text, status: text, limit: text, cursor: text },
    build: (_, values) => ({
      name: 'list',
      workflow: textOf(values, 'workflow'),
      status: statusOf(textOf(values, 'status')),
      limit: limitOf(values),
      cursor: textOf(values, 'cursor'),
    }),
  },
  status: { operands: ['run'], options: {}, build: ([run = '']) => ({ name: 'status', run }) },
  watch: { operands: ['run'], options: {}, build: ([run = '']) => ({ name: 'watch', run }) },
  cancel: {
    operands: ['run'],
    options: { reason: text },
    build: ([run = ''], values) => ({ name: 'cancel', run, reason: textOf(values, 'reason') }),
  },
  pause: controlSyntax('pause'),
  resume: controlSyntax('resume'),
  retry: {
    operands: ['run'],
    options: { ...RECOVERY, 'from-start': flag },
    build: ([run = ''], values) => ({
      name: 'retry',
      ...recoveryOf(run, values),
      fromStart: values['from-start'] === true,
    }),
  },
  rerun: {
    operands: ['run', 'step'],
    options: { ...RECOVERY, input: { type: 'string', short: 'i' } },
    build: ([run = '', from = ''], values) => ({
      name: 'rerun',
      ...recoveryOf(run, values),
      from,
      input: inputOf(textOf(values, 'input')),
    }),
  },
  undo: {
    operands: ['run'],
    options: { 'dry-run': flag, watch: { type: 'boolean', short: 'w' } },
    build: ([run = ''], values) => ({
      name: 'undo',
      run,
      dryRun: values['dry-run'] === true,
      watch: values.watch === true,
    }),
  },
  approvals: {
    operands: [],
    options: { all: flag },
    build: (_, values) => ({ name: 'approvals', all: values.all === true }),
  },
  approve: decideSyntax('approve'),
  reject: decideSyntax('reject'),
  events: {
    operands: ['action', 'event'],
    options: { key: text, payload: { type: 'string', short: 'p' }, id: text },
    build: ([action = '', event = ''], values) => {
      if (action === 'list') return { name: 'run-events', run: event }
      if (action !== 'publish')
        throw new UsageError('Take `millrace events publish <event>` or `millrace events list <run>`.')
      return {
        name: 'events',
        event,
        key: textOf(values, 'key'),
        payload: inputOf(textOf(values, 'payload'), '--payload'),
        id: textOf(values, 'id'),
      }
    },
  },
  bulk: {
    operands: ['action'],
    options: {
      workflow: text,
      status: text,
      'error-code': text,
      from: text,
      to: text,
      latest: flag,
      confirm: flag,
      yes: { type: 'boolean', short: 'y' },
    },
    build: ([action = ''], values) => ({
      name: 'bulk',
      action: actionOf(action),
      filter: filterOf(values),
      latest: values.latest === true,
      confirm: values.confirm === true,
      yes: values.yes === true,
    }),
  },
  'dead-letters': {
    operands: [],
    options: { show: text, discard: text, redrive: text, reason: text, same: flag, confirm: flag },
    build: (_, values) => ({ name: 'dead-letters', action: deadLetterAction(values) }),
  },
}

/** Throws UsageError with what is wrong. `argv` is without node and script. */
export const parseArguments = (argv: readonly string[]): Invocation => {
  const [name, ...rest] = argv
  if (name === undefined || name === 'help' || name === '--help' || name === '-h')
    return { command: { name: 'help', topic: rest[0] }, url: undefined, json: false }
  if (name === '--version' || name === '-V' || name === 'version')
    return { command: { name: 'version' }, url: undefined, json: false }
  if (!isCommandName(name)) throw new UsageError(`There is no command ${JSON.stringify(name)}.`)
  const syntax = SYNTAX[name]
  const { values, positionals } = parse(rest, { ...syntax.options, ...GLOBAL })
  const global = { url: urlOf(textOf(values, 'url')), json: values.json === true }
  if (values.help === true) return { command: { name: 'help', topic: name }, ...global }
  checkOperands(name, syntax.operands, positionals)
  return { command: syntax.build(positionals, values), ...global }
}

/** Every command with its options, without dashes: for completion. */
export const commandOptions = (): [command: string, options: string[]][] =>
  Object.entries(SYNTAX).map(([name, { options }]) => [name, Object.keys({ ...options, ...GLOBAL })])

export const isCommandName = (name: string): name is keyof typeof SYNTAX => Object.hasOwn(SYNTAX, name)

const parse = (
  args: readonly string[],
  options: NonNullable<ParseArgsConfig['options']>,
): { values: Values; positionals: string[] } => {
  try {
    return parseArgs({ args: [...args], options, allowPositionals: true, strict: true })
  } catch (error) {
    throw new UsageError(error instanceof Error ? error.message : String(error))
  }
}

const checkOperands = (name: string, wanted: readonly string[], given: readonly string[]): void => {
  const missing = wanted[given.length]
  if (missing !== undefined) throw new UsageError(`\`millrace ${name}\` needs a <${missing}>.`)
  const extra = given[wanted.length]
  if (extra !== undefined) throw new UsageError(`${JSON.stringify(extra)} is one argument too many.`)
}

const textOf = (values: Values, name: string): string | undefined => {
  const value = values[name]
  return typeof value === 'string' ? value : undefined
}

const countOf = (values: Values, name: string): number | undefined => {
  const value = textOf(values, name)
  if (value === undefined) return undefined
  if (!/^[1-9]\d{0,8}$/.test(value)) throw new UsageError(`--${name} takes a whole number from 1.`)
  return Number(value)
}

const MAX_LIMIT = 200

const limitOf = (values: Values): number => {
  const limit = countOf(values, 'limit') ?? 20
  if (limit > MAX_LIMIT) throw new UsageError(`--limit takes at most ${MAX_LIMIT}.`)
  return limit
}

const shellOf = (value: string): Shell => {
  const shell = (['bash', 'zsh', 'fish'] as const).find((each) => each === value)
  if (shell === undefined) throw new UsageError('`millrace completion` takes one of bash, zsh, fish.')
  return shell
}

const urlOf = (value: string | undefined): string | undefined => {
  if (value !== undefined && !/^https?:\/\//.test(value))
    throw new UsageError('--url takes an http or https URL.')
  return value
}

const statusOf = (value: string | undefined) => {
  if (value === undefined) return undefined
  const parsed = runStatus.safeParse(value)
  if (parsed.success) return parsed.data
  throw new UsageError(`--status takes one of ${runStatus.options.join(', ')}.`)
}

const recoveryOf = (run: string, values: Values) => ({
  run,
  latest: values.latest === true,
  confirm: values.confirm === true,
  dryRun: values['dry-run'] === true,
  watch: values.watch === true,
})

const deadLetterAction = (values: Values): DeadLettersCommand['action'] => {
  const chosen = (['show', 'discard', 'redrive'] as const).filter((name) => values[name] !== undefined)
  const [kind] = chosen
  if (chosen.length > 1) throw new UsageError('Take one of --show, --discard and --redrive.')
  if (kind === undefined) return { kind: 'list' }
  const fingerprint = textOf(values, kind) ?? ''
  if (kind === 'show') return { kind, fingerprint }
  if (kind === 'redrive')
    return { kind, fingerprint, same: values.same === true, confirm: values.confirm === true }
  const reason = textOf(values, 'reason')
  if (reason === undefined) throw new UsageError('Say why: --discard needs a --reason.')
  return { kind, fingerprint, reason }
}

const actionOf = (value: string): BulkAction => {
  const parsed = bulkAction.safeParse(value)
  if (parsed.success) return parsed.data
  throw new UsageError(`\`millrace bulk\` takes one of ${bulkAction.options.join(', ')}.`)
}

const filterOf = (values: Values): BulkFilter => {
  const parts = {
    workflow: textOf(values, 'workflow'),
    status: statusOf(textOf(values, 'status')),
    errorCode: textOf(values, 'error-code'),
    createdFrom: textOf(values, 'from'),
    createdTo: textOf(values, 'to'),
  }
  const given = Object.fromEntries(Object.entries(parts).filter(([, value]) => value !== undefined))
  const parsed = bulkFilter.safeParse(given)
  if (!parsed.success) throw new UsageError('--from and --to take a time such as 2026-11-21T09:00:00Z.')
  if (Object.keys(given).length === 0)
    throw new UsageError('Say which runs: --workflow, --status, --error-code, --from, --to.')
  return parsed.data
}

const inputOf = (value: string | undefined, option = '--input'): InputSource => {
  if (value === undefined) return { kind: 'none' }
  if (value.startsWith('@')) return { kind: 'file', path: value.slice(1) }
  const advice = ' Write it in quotes, or name a file with @file.json.'
  return { kind: 'json', value: readJsonText(value, option, advice) }
}
