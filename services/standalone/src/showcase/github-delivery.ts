import { createHmac, randomUUID } from 'node:crypto'
import { createRequire } from 'node:module'

export interface Delivery {
  readonly headers: Record<string, string>
  readonly body: string
  readonly title: string
}

interface Example {
  readonly name: string
  readonly examples: readonly { readonly action?: string; readonly issue?: { readonly title: string } }[]
}

/** A real `issues.opened` payload of GitHub's own examples, signed as GitHub signs (X-Hub-Signature-256). */
export function githubIssueOpened(secret: string): Delivery {
  const examples: Example[] = createRequire(import.meta.url)('@octokit/webhooks-examples')
  const payload = examples
    .find(({ name }) => name === 'issues')
    ?.examples.find(({ action }) => action === 'opened')
  if (payload === undefined) throw new Error('the examples hold no issues.opened payload')
  const body = JSON.stringify(payload)
  return {
    body,
    title: payload.issue?.title ?? '',
    headers: {
      'content-type': 'application/json',
      'user-agent': 'GitHub-Hookshot/044aadd',
      'x-github-event': 'issues',
      'x-github-delivery': randomUUID(),
      'x-hub-signature-256': `sha256=${createHmac('sha256', secret).update(body).digest('hex')}`,
    },
  }
}
