import type { DeadLetterGroup } from '@millrace/contracts'
import type { Client } from '@millrace/sdk'
import type { DeadLettersCommand } from '../command.js'
import { printable } from '../console/printable.js'
import { EXIT, type ExitCode } from '../exit-code.js'
import { printTable } from '../report.js'
import { printJson, printLine, type Terminal } from '../terminal.js'

/** Lists runs that the engine had to give up, shows those of one fingerprint, discards them or redrives them. */
export const deadLetters = async (
  terminal: Terminal,
  client: Client,
  { action }: DeadLettersCommand,
  json: boolean,
): Promise<ExitCode> => {
  switch (action.kind) {
    case 'list':
      return listGroups(terminal, await client.deadLetters.list(), json)
    case 'show':
      return show(terminal, client, action.fingerprint, json)
    case 'discard': {
      const answer = await client.deadLetters.discard(action.fingerprint, action.reason)
      if (json) printJson(terminal, answer)
      else printLine(terminal, `${answer.discarded} discarded`)
      return EXIT.ok
    }
    case 'redrive':
      return redrive(terminal, client, action, json)
  }
}

const listGroups = (terminal: Terminal, groups: readonly DeadLetterGroup[], json: boolean): ExitCode => {
  const header = ['FINGERPRINT', 'COUNT', 'CODE', 'WORKFLOW', 'STEP', 'LATEST']
  if (json) printJson(terminal, groups)
  else if (groups.length === 0) printLine(terminal, 'No dead letters.')
  else printTable(terminal, header, groups.map(rowOf))
  return EXIT.ok
}

const rowOf = (group: DeadLetterGroup): string[] => [
  group.fingerprint,
  String(group.count),
  group.code,
  `${printable(group.workflowName)}${group.version === null ? '' : ` v${group.version}`}`,
  printable(group.step ?? '–'),
  group.lastAt,
]

const show = async (
  terminal: Terminal,
  client: Client,
  fingerprint: string,
  json: boolean,
): Promise<ExitCode> => {
  const { letters, ...group } = await client.deadLetters.get(fingerprint)
  if (json) {
    printJson(terminal, { ...group, letters })
    return EXIT.ok
  }
  listGroups(terminal, [group], false)
  for (const { runId, failedAt, message } of letters)
    printLine(terminal, `  ${runId}  ${failedAt}  ${printable(message)}`)
  return EXIT.ok
}

type Redrive = Extract<DeadLettersCommand['action'], { kind: 'redrive' }>

/** Page by page, until all are redriven or what is left cannot be. */
const redrive = async (
  terminal: Terminal,
  client: Client,
  { fingerprint, same, confirm }: Redrive,
  json: boolean,
): Promise<ExitCode> => {
  const version = same ? 'same' : 'latest'
  for (;;) {
    const answer = await client.deadLetters.redrive(fingerprint, { version, confirm })
    if (json) printJson(terminal, answer)
    for (const { runId, newRunId } of json ? [] : answer.redriven)
      printLine(terminal, `${runId} → ${newRunId}`)
    for (const { runId, code, message } of json ? [] : answer.refused)
      printLine(terminal, `${runId}  ${code}  ${printable(message)}`)
    if (!json && answer.refused.some(({ code }) => code === 'CONFIRM_REQUIRED'))
      printLine(terminal, 'Add --confirm to let these writes happen again.')
    if (answer.refused.length > 0) return EXIT.failed
    if (answer.left === 0) return EXIT.ok
  }
}
