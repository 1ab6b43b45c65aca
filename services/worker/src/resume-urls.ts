import type { ResumeTokens } from '@millrace/auth'

/** The public URLs of waiting steps: the runner answers them. `publicUrl` without a slash at its end. */
export const resumeUrls =
  (tokens: Pick<ResumeTokens, 'sign'>, publicUrl: string) =>
  (runId: string, path: string): string =>
    `${publicUrl}/resume/${tokens.sign({ runId, path })}`
