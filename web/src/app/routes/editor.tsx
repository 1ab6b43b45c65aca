import { Button } from '@mantine/core'
import { useQueryClient } from '@tanstack/react-query'
import { getRouteApi, Link, useNavigate } from '@tanstack/react-router'
import { useMemo } from 'react'
import { useApi, useSession } from '../../api/context.js'
import { createDraftsApi } from '../../api/drafts.js'
import { keys } from '../../api/keys.js'
import { EditorPage } from '../../features/editor/editor-page.js'

const route = getRouteApi('/inside/workflows/$workflowId')

/** The canvas, with the config panel beside it. */
export const EditorRoute = () => {
  const { workflowId } = route.useParams()
  const { client } = useApi()
  const session = useSession()
  const queryClient = useQueryClient()
  const navigate = useNavigate()
  const api = useMemo(() => createDraftsApi(client), [client])
  return (
    <EditorPage
      key={workflowId}
      workflowId={workflowId}
      workspace={'identity' in session ? session.identity.workspace.slug : ''}
      api={api}
      renderPanel={(panel) => <pre>{JSON.stringify(panel.node, null, 2)}</pre>}
      links={
        <Button
          variant="default"
          renderRoot={(props) => (
            <Link to="/workflows/$workflowId/versions" params={{ workflowId }} {...props} />
          )}
        >
          Versions
        </Button>
      }
      runsLink={
        <Button
          variant="default"
          renderRoot={(props) => <Link to="/runs" search={{ workflow: workflowId }} {...props} />}
        >
          See its runs
        </Button>
      }
      onRun={(runId) => void navigate({ to: '/runs/$runId', params: { runId } })}
      onPublished={() => void queryClient.invalidateQueries({ queryKey: keys.workflows })}
    />
  )
}
