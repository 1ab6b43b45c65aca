import { Button, Code, CopyButton, Group, Modal, Text, TextInput } from '@mantine/core'
import { useMutation } from '@tanstack/react-query'
import { Check, Copy, Rocket } from 'lucide-react'
import { type ReactNode, useState } from 'react'
import type { DraftsApi } from '../../../api/drafts.js'
import { ProblemAlert } from '../../../components/problem-alert.js'
import classes from '../editor.module.css'
import { ProblemList } from '../panes/problem-list.js'
import type { LocatedProblem } from '../problems/locate.js'
import { useEditorState } from '../store/context.js'
import { startsOf } from './starts.js'

interface PublishDialogProps {
  readonly workflowId: string
  readonly workspace: string
  readonly api: DraftsApi
  readonly problems: readonly LocatedProblem[]
  readonly flush: () => Promise<unknown>
  readonly onJump: (problem: LocatedProblem) => void
  readonly onClose: () => void
  readonly onPublished: () => void
  /** Opens the run that was just started. */
  readonly onRun: (runId: string) => void
  /** Leads to the runs of this workflow. */
  readonly runsLink: ReactNode
}

/** Makes the draft a version, or names what stands in the way; then says how a run is started. */
export const PublishDialog = (props: PublishDialogProps) => {
  const { workflowId, api, problems, flush, onJump, onClose, onPublished } = props
  const [message, setMessage] = useState('')
  const publish = useMutation({
    mutationFn: async () => {
      await flush()
      return await api.publish(workflowId, message)
    },
    onSuccess: onPublished,
  })
  if (publish.data !== undefined) return <Published {...props} number={publish.data.number} />
  return (
    <Modal opened onClose={onClose} title="Publish" size={560}>
      <form
        onSubmit={(event) => {
          event.preventDefault()
          publish.mutate()
        }}
      >
        {problems.length > 0 && (
          <Text size="sm" mb="xs">
            {problems.length === 1 ? 'One problem stands' : `${problems.length} problems stand`} in the way:
          </Text>
        )}
        <ProblemList problems={problems} onJump={onJump} />
        {publish.error !== null && <ProblemAlert error={publish.error} />}
        <TextInput
          mt="sm"
          data-autofocus
          label="What changed"
          placeholder="Optional, for the version history"
          maxLength={500}
          value={message}
          onChange={(event) => setMessage(event.currentTarget.value)}
        />
        <Group justify="flex-end" mt="md">
          <Button variant="default" onClick={onClose}>
            Cancel
          </Button>
          <Button
            type="submit"
            loading={publish.isPending}
            disabled={problems.length > 0}
            leftSection={<Rocket size={14} aria-hidden />}
          >
            Publish version
          </Button>
        </Group>
      </form>
    </Modal>
  )
}

const Published = ({
  number,
  workflowId,
  workspace,
  api,
  onClose,
  onRun,
  runsLink,
}: PublishDialogProps & { readonly number: number }) => {
  const document = useEditorState((state) => state.document)
  const starts = startsOf(document, workspace, window.location.origin)
  const start = useMutation({
    mutationFn: (trigger: string) => api.start(workflowId, trigger),
    onSuccess: ({ run }) => onRun(run.id),
  })
  return (
    <Modal opened onClose={onClose} title={`Version ${number} is published`} size={620}>
      {starts.map((each) => (
        <div key={each.node} className={classes['start']}>
          <Text size="sm" fw={600}>
            {each.title}
          </Text>
          {each.curl === undefined ? (
            <Text size="sm" c="dimmed">
              {each.says}
            </Text>
          ) : (
            <CurlLine curl={each.curl} />
          )}
          {each.manual && (
            <Button mt={6} loading={start.isPending} onClick={() => start.mutate(each.node)}>
              Run now
            </Button>
          )}
        </div>
      ))}
      {start.error !== null && <ProblemAlert error={start.error} />}
      <Group justify="flex-end" mt="md">
        {runsLink}
        <Button data-autofocus onClick={onClose}>
          Done
        </Button>
      </Group>
    </Modal>
  )
}

const CurlLine = ({ curl }: { readonly curl: string }) => (
  <Group gap="xs" wrap="nowrap" align="flex-start">
    <Code block className={classes['curl'] ?? ''} data-curl>
      {curl}
    </Code>
    <CopyButton value={curl}>
      {({ copied, copy }) => (
        <Button
          variant="default"
          leftSection={copied ? <Check size={14} aria-hidden /> : <Copy size={14} aria-hidden />}
          onClick={copy}
        >
          {copied ? 'Copied' : 'Copy'}
        </Button>
      )}
    </CopyButton>
  </Group>
)
