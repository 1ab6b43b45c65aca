import { createClient } from '@millrace/sdk'
import type { Invocation } from '../command.js'
import { updateConfig } from '../config-file.js'
import { resolveUrl } from '../connection.js'
import { printable } from '../console/printable.js'
import { EXIT, type ExitCode, UsageError } from '../exit-code.js'
import { toSaved } from '../saved-sign-in.js'
import { printJson, printLine, type Terminal } from '../terminal.js'
import { readUtf8 } from '../utf8.js'

export const login = async (
  terminal: Terminal,
  given: { readonly email: string | undefined; readonly password: string | undefined },
  { url, json }: Invocation,
): Promise<ExitCode> => {
  const baseUrl = await resolveUrl(terminal, url)
  const email = given.email ?? (await ask(terminal, 'E-mail: ', 'email', false))
  const password = given.password ?? (await readPassword(terminal))
  const answer = await createClient({ baseUrl }).auth.login(email, password)
  const saved = toSaved(answer, email)
  await updateConfig(terminal, (config) => ({ url: baseUrl, tokens: { ...config.tokens, [baseUrl]: saved } }))
  if (json) printJson(terminal, { url: baseUrl, user: answer.user, workspace: answer.workspace })
  else
    printLine(
      terminal,
      `Signed in to ${baseUrl} as ${printable(answer.user.email)}, workspace ${printable(answer.workspace.name)}.`,
    )
  return EXIT.ok
}

/** From a person, or the first line of what is piped in: a password in the arguments is there for all to see. */
const readPassword = async (terminal: Terminal): Promise<string> => {
  if (terminal.ask !== undefined) return terminal.ask('Password: ', { hidden: true })
  const [line = ''] = readUtf8(await terminal.readInput(), 'Standard input').split(/\r?\n/)
  if (line === '')
    throw new UsageError('Pipe the password in, or give --password: there is no terminal to ask on.')
  return line
}

const ask = async (
  terminal: Terminal,
  question: string,
  option: string,
  hidden: boolean,
): Promise<string> => {
  if (terminal.ask === undefined) throw new UsageError(`Give --${option}: there is no terminal to ask on.`)
  return terminal.ask(question, { hidden })
}
