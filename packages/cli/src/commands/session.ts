import { type Client, createClient } from '@millrace/sdk'
import type { Invocation } from '../command.js'
import { updateConfig } from '../config-file.js'
import { resolveUrl } from '../connection.js'
import { printable } from '../console/printable.js'
import { EXIT, type ExitCode } from '../exit-code.js'
import { printJson, printLine, type Terminal } from '../terminal.js'

/** Forgets the sign-in here, and ends it on the server. Unknown there or here, it is over all the same. */
export const logout = async (terminal: Terminal, { url, json }: Invocation): Promise<ExitCode> => {
  const baseUrl = await resolveUrl(terminal, url)
  let refreshToken: string | undefined
  let known = false
  await updateConfig(terminal, (config) => {
    const { [baseUrl]: saved, ...tokens } = config.tokens
    refreshToken = saved?.refreshToken
    known = saved !== undefined
    return { ...config, tokens }
  })
  if (refreshToken !== undefined) await createClient({ baseUrl }).auth.logout(refreshToken)
  if (json) printJson(terminal, { url: baseUrl, signedOut: known })
  else printLine(terminal, known ? `Signed out of ${baseUrl}.` : `There was no sign-in to ${baseUrl}.`)
  return EXIT.ok
}

export const whoAmI = async (
  terminal: Terminal,
  client: Client,
  { url, json }: Invocation,
): Promise<ExitCode> => {
  const baseUrl = await resolveUrl(terminal, url)
  const { user, workspace } = await client.auth.me()
  if (json) printJson(terminal, { url: baseUrl, user, workspace })
  else
    printLine(
      terminal,
      `${printable(user.email)}, ${user.role} of workspace ${printable(workspace.name)} (${workspace.slug}) at ${baseUrl}`,
    )
  return EXIT.ok
}
