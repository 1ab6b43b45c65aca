import { createClient } from '@millrace/sdk'
import type { Invocation } from '../command.js'
import { readConfig, writeConfig } from '../config-file.js'
import { resolveUrl } from '../connection.js'
import { printable } from '../console/printable.js'
import { EXIT, type ExitCode, UsageError } from '../exit-code.js'
import { printJson, printLine, type Terminal } from '../terminal.js'

export const login = async (
  terminal: Terminal,
  given: { readonly email: string | undefined; readonly password: string | undefined },
  { url, json }: Invocation,
): Promise<ExitCode> => {
  const baseUrl = await resolveUrl(terminal, url)
  const email = given.email ?? (await ask(terminal, 'E-mail: ', 'email', false))
  const password = given.password ?? (await ask(terminal, 'Password: ', 'password', true))
  const answer = await createClient({ baseUrl }).auth.login(email, password)
  const config = await readConfig(terminal)
  const saved = { token: answer.accessToken, email, expiresAt: Date.now() + answer.expiresIn * 1_000 }
  await writeConfig(terminal, { url: baseUrl, tokens: { ...config.tokens, [baseUrl]: saved } })
  if (json) printJson(terminal, { url: baseUrl, user: answer.user, workspace: answer.workspace })
  else
    printLine(
      terminal,
      `Signed in to ${baseUrl} as ${printable(answer.user.email)}, workspace ${printable(answer.workspace.name)}.`,
    )
  return EXIT.ok
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
