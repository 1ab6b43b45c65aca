import { Button, Text } from '@mantine/core'
import { useClipboard } from '@mantine/hooks'
import type { JsonObject } from '@millrace/contracts'
import { Check, Copy } from 'lucide-react'
import { useSession } from '../../../api/context.js'
import classes from '../panel/panel.module.css'
import { curlFor, hookUrl } from './curl.js'

/** Where the webhook listens once it is published, and a line that calls it. */
export const WebhookInfo = ({ params }: { readonly params: JsonObject }) => {
  const session = useSession()
  if (session.kind !== 'signed-in' && session.kind !== 'expired') return null
  if (typeof params.path !== 'string' || params.path === '')
    return (
      <Text size="sm" c="dimmed">
        Give the webhook a path, and its URL shows here.
      </Text>
    )
  const url = hookUrl(window.location.origin, session.identity.workspace.slug, params)
  const { line, needs } = curlFor(url, params)
  return (
    <>
      <Copyable title="URL" text={url} />
      <Copyable title="Call it from a shell" text={line} />
      <Text size="xs" c="dimmed">
        {needs !== undefined && <>Put in {needs}. </>}It listens from the next publish on.
      </Text>
    </>
  )
}

const Copyable = ({ title, text }: { readonly title: string; readonly text: string }) => {
  const clipboard = useClipboard()
  return (
    <div className={classes['source']}>
      <h4 className={classes['sourceTitle']}>
        {title}
        <Button
          variant="subtle"
          color="gray"
          size="compact-xs"
          aria-label={`Copy: ${title}`}
          leftSection={clipboard.copied ? <Check size={12} aria-hidden /> : <Copy size={12} aria-hidden />}
          onClick={() => clipboard.copy(text)}
        >
          {clipboard.copied ? 'Copied' : 'Copy'}
        </Button>
      </h4>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: it scrolls, so the keyboard must reach it */}
      <pre className={classes['pre']} tabIndex={0}>
        {text}
      </pre>
    </div>
  )
}
