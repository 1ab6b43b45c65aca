import type { JsonObject } from '@millrace/contracts'
import { ReactFlowProvider } from '@xyflow/react'
import { lazy, type ReactNode, Suspense, useCallback, useMemo, useState } from 'react'
import type { DraftsApi } from '../../api/drafts.js'
import type { LiveStore } from '../../components/graph/live-store.js'
import type { Saved } from './autosave/draft-saver.js'
import type { Journal } from './autosave/journal.js'
import { useAutosave } from './autosave/use-autosave.js'
import { EditorCanvas } from './canvas/editor-canvas.js'
import { OverlayView } from './dialogs/overlay-view.js'
import type { EditorDocument } from './document/document.js'
import type { NodeTypes } from './document/rename.js'
import classes from './editor.module.css'
import { MergeAlert } from './merge-alert.js'
import { useOverlays } from './overlays.js'
import {
  type PanelContext,
  type SettingsContext,
  usePanelContext,
  useSettingsContext,
} from './panel-context.js'
import { ProblemList } from './panes/problem-list.js'
import { SidePane, type SideView } from './panes/side-pane.js'
import type { LocatedProblem } from './problems/locate.js'
import { useProblems } from './problems/use-problems.js'
import { PublishDialog } from './publish/publish-dialog.js'
import { useRegionKeys } from './regions.js'
import { EditorProvider, useEditor, useEditorState } from './store/context.js'
import { createEditorActions } from './store/editor-actions.js'
import { createEditorStore } from './store/editor-store.js'
import { Toolbar } from './toolbar.js'
import { EditorUiContext } from './ui-context.js'
import { useTidy } from './use-tidy.js'

/** With the parser of expressions: only who asks for it loads it. */
const ExtractDialog = lazy(async () => ({
  default: (await import('./extract/extract-dialog.js')).ExtractDialog,
}))

export interface EditorProps {
  readonly workflowId: string
  /** Slug, as webhook addresses name it. */
  readonly workspace: string
  readonly types: NodeTypes
  readonly api: DraftsApi
  readonly base: Saved
  /** What the editor opens with: `base`, or that and work a crash left behind. */
  readonly opened: EditorDocument
  readonly journal: Journal | undefined
  readonly tab: string
  /** The config panel of a node. */
  readonly renderPanel: (panel: PanelContext) => ReactNode
  /** The panel of the workflow itself. */
  readonly renderSettings: (settings: SettingsContext) => ReactNode
  /** What a run shows on the canvas, and above it which run that is. */
  readonly live: LiveStore
  readonly liveBar: ReactNode
  readonly links: ReactNode
  readonly runsLink: ReactNode
  readonly onRun: (runId: string) => void
  readonly onPublished: () => void
}

/** Draws, configures and publishes one workflow. */
export const Editor = (props: EditorProps) => {
  const { opened, types } = props
  const [editor] = useState(() => {
    const store = createEditorStore(opened, () => performance.now())
    return { store, actions: createEditorActions(store, types), types }
  })
  return (
    <ReactFlowProvider>
      <EditorProvider value={editor}>
        <Workbench {...props} />
      </EditorProvider>
    </ReactFlowProvider>
  )
}

const Workbench = (props: EditorProps) => {
  const { workflowId, types, api, live, links } = props
  const { store } = useEditor()
  const overlays = useOverlays()
  const [side, setSide] = useState<SideView | undefined>('nodes')
  const [showsProblems, setShowsProblems] = useState(false)
  const autosave = useAutosave({ ...props, store })
  const problems = useProblems(store, types, (definition: JsonObject, signal) =>
    api.validate(definition, signal),
  )
  const tidy = useTidy()
  const ui = useMemo(() => ({ overlays, tidy, showOutline: () => setSide('outline') }), [overlays, tidy])
  const jump = useJump(overlays.close)
  useRegionKeys()
  return (
    <EditorUiContext value={ui}>
      <div className={classes['editor']}>
        <Toolbar
          save={autosave.state}
          problems={problems.length}
          links={links}
          onSide={() => setSide(side === undefined ? 'nodes' : undefined)}
          onProblems={() => setShowsProblems(!showsProblems)}
        />
        <div className={classes['work']}>
          {side !== undefined && <SidePane view={side} onView={setSide} />}
          <div className={classes['centre']}>
            {autosave.notice !== undefined && (
              <MergeAlert notice={autosave.notice} onClose={autosave.dismissNotice} />
            )}
            {props.liveBar}
            <EditorCanvas live={live} />
            {showsProblems && (
              <section className={classes['bottom']} aria-label="Problems" data-region>
                <ProblemList problems={problems} onJump={jump} />
              </section>
            )}
          </div>
          <NodePane render={props.renderPanel} problems={problems} saveDraft={autosave.flush} />
          <WorkflowPane render={props.renderSettings} problems={problems} />
        </div>
        <Said />
        <OverlayView />
        {overlays.current?.kind === 'extract' && (
          <Suspense>
            <ExtractDialog api={api} onClose={overlays.close} onPublished={props.onPublished} />
          </Suspense>
        )}
        {overlays.current?.kind === 'publish' && (
          <PublishDialog
            {...props}
            workflowId={workflowId}
            problems={problems}
            flush={autosave.flush}
            onJump={jump}
            onClose={overlays.close}
          />
        )}
      </div>
    </EditorUiContext>
  )
}

interface NodePaneProps {
  readonly render: EditorProps['renderPanel']
  readonly problems: readonly LocatedProblem[]
  readonly saveDraft: () => Promise<number>
}

/** The panel of the node that is open. It follows the document; the workbench around it need not. */
const NodePane = ({ render, problems, saveDraft }: NodePaneProps) => {
  const panel = usePanelContext(problems, saveDraft)
  return panel === undefined ? null : (
    <aside className={classes['panel']} aria-label={`Panel of ${panel.nodeId}`} data-region>
      {render(panel)}
    </aside>
  )
}

interface WorkflowPaneProps {
  readonly render: EditorProps['renderSettings']
  readonly problems: readonly LocatedProblem[]
}

/** The panel of the workflow itself, while that is open. */
const WorkflowPane = ({ render, problems }: WorkflowPaneProps) => {
  const settings = useSettingsContext(problems)
  return settings === undefined ? null : (
    <aside className={classes['panel']} aria-label="Panel of the workflow" data-region>
      {render(settings)}
    </aside>
  )
}

/** What the panel of the workflow shows. */
const SETTINGS = /^\/(settings|vars|description)(\/|$)/

/** To the node and field of a problem, the edge, or the workflow's own field. */
const useJump = (close: () => void): ((problem: LocatedProblem) => void) => {
  const { store } = useEditor()
  return useCallback(
    ({ node, edge, field }) => {
      close()
      const { select, openPanel, openSettings } = store.getState()
      const key = node ?? edge
      if (key !== undefined) select(new Set([key]))
      if (node !== undefined) openPanel(node, field)
      else if (edge === undefined && SETTINGS.test(field)) openSettings(field)
    },
    [store, close],
  )
}

/** What happened, for those who do not see it. */
const Said = () => {
  const said = useEditorState((state) => state.said)
  return (
    <div className={classes['said']} role="status" aria-live="polite">
      {said}
    </div>
  )
}
