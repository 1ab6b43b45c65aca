import { Button } from '@mantine/core'
import { type Json, parseJson, pin, stringifyJson } from '@millrace/contracts'
import { useQueryClient } from '@tanstack/react-query'
import { getRouteApi, Link, useNavigate } from '@tanstack/react-router'
import { useMemo, useState } from 'react'
import { z } from 'zod'
import { useApi, useSession } from '../../api/context.js'
import { createDraftsApi } from '../../api/drafts.js'
import { keys } from '../../api/keys.js'
import { createLiveStore } from '../../components/graph/live-store.js'
import { ConfigPanel } from '../../features/config-panel/panel/config-panel.js'
import type { Pins } from '../../features/config-panel/samples/sample.js'
import { WorkflowSettings } from '../../features/config-panel/workflow/workflow-settings.js'
import { EditorPage } from '../../features/editor/editor-page.js'
import type { PanelContext, SettingsContext } from '../../features/editor/panel-context.js'
import { LiveRun } from '../live-run/live-run.js'

const route = getRouteApi('/inside/workflows/$workflowId')

/** The canvas, with the config panel beside it. */
export const EditorRoute = () => {
  const { workflowId } = route.useParams()
  const { client } = useApi()
  const session = useSession()
  const queryClient = useQueryClient()
  const navigate = useNavigate()
  const api = useMemo(() => createDraftsApi(client), [client])
  const [live] = useState(createLiveStore)
  return (
    <EditorPage
      key={workflowId}
      workflowId={workflowId}
      workspace={'identity' in session ? session.identity.workspace.slug : ''}
      api={api}
      live={live}
      liveBar={<LiveRun workflowId={workflowId} live={live} />}
      renderPanel={(panel) => <NodePanel workflowId={workflowId} panel={panel} />}
      renderSettings={(settings) => <WorkflowPanel workflowId={workflowId} settings={settings} />}
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

interface NodePanelProps {
  readonly workflowId: string
  readonly panel: PanelContext
}

const NodePanel = ({ workflowId, panel }: NodePanelProps) => {
  const { nodes, edges, containers, vars, pins } = panel
  const document = useMemo(() => ({ nodes, edges, containers, vars }), [nodes, edges, containers, vars])
  return (
    <ConfigPanel
      workflow={{ id: workflowId, name: panel.workflowName }}
      document={document}
      nodeId={panel.nodeId}
      nodeTypes={panel.types}
      problems={panel.problems}
      field={panel.field}
      onChange={panel.change}
      texts={panel.texts}
      onTexts={panel.changeTexts}
      onRename={panel.rename}
      onClose={panel.close}
      saveDraft={panel.saveDraft}
      pins={useMemo(() => readPins(pins), [pins])}
      onPins={(pinned) => panel.setPins(writePins(pinned))}
    />
  )
}

interface WorkflowPanelProps {
  readonly workflowId: string
  readonly settings: SettingsContext
}

const WorkflowPanel = ({ workflowId, settings }: WorkflowPanelProps) => (
  <WorkflowSettings
    workflow={{ id: workflowId, name: settings.workflowName }}
    document={settings}
    nodeTypes={settings.types}
    members={settings.members}
    problems={settings.problems}
    field={settings.field}
    onChange={settings.change}
    texts={settings.texts}
    onTexts={settings.changeTexts}
    onClose={settings.close}
  />
)

const pinsSchema = z.record(z.string(), pin)

const readPins = (pins: Json | undefined): Pins => pinsSchema.safeParse(pins).data ?? {}

/** Without members that are there but undefined: these are no JSON. */
const writePins = (pins: Pins): Json => parseJson(stringifyJson(pins)) as Json
