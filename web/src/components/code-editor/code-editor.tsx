import { Skeleton } from '@mantine/core'
import { lazy, Suspense } from 'react'
import type { CodeMirrorProps } from './code-mirror.js'

/** Most pages never show an editor: CodeMirror comes when the first one does. */
const CodeMirror = lazy(() => import('./code-mirror.js'))

export type CodeEditorProps = CodeMirrorProps

/** A text field for JSON, scripts, queries and expressions. */
export const CodeEditor = (props: CodeEditorProps) => (
  <Suspense fallback={<Skeleton height={(props.minLines ?? 1) * 20 + 12} radius={6} animate={false} />}>
    <CodeMirror {...props} />
  </Suspense>
)
