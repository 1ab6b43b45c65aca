import { Center, Loader } from '@mantine/core'
import { notifications } from '@mantine/notifications'
import { useQuery } from '@tanstack/react-query'
import { useDeferredValue, useEffect } from 'react'
import type { DraftsApi } from '../../api/drafts.js'
import { ProblemAlert } from '../../components/problem-alert.js'
import { Editor, type EditorProps } from './editor.js'
import { openEditor } from './open-editor.js'

type EditorPageProps = Omit<EditorProps, 'types' | 'base' | 'opened' | 'journal' | 'tab'> & {
  readonly api: DraftsApi
}

/** Opens the editor on a workflow as the server and this device have it. */
export const EditorPage = (props: EditorPageProps) => {
  const { workflowId, api } = props
  const {
    data: read,
    error,
    refetch,
  } = useQuery({
    queryKey: ['editor', workflowId],
    queryFn: () => openEditor(workflowId, api),
    // What is open is changed here and saved; reading it again would only lose work.
    staleTime: Number.POSITIVE_INFINITY,
    gcTime: 0,
    refetchOnReconnect: false,
    refetchOnWindowFocus: false,
  })
  // Deferred, so that React draws the editor in slices: a large workflow would be one long task.
  const data = useDeferredValue(read)
  useEffect(() => {
    for (const message of data?.messages ?? []) notifications.show({ message })
  }, [data])
  if (error !== null)
    return (
      <div style={{ padding: 24, maxWidth: 640 }}>
        <ProblemAlert error={error} onRetry={() => void refetch()} />
      </div>
    )
  if (data === undefined)
    return (
      <Center h="100%">
        <Loader size="sm" aria-label="Opening the workflow" />
      </Center>
    )
  return <Editor {...props} {...data} />
}
