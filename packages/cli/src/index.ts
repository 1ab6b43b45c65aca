export { formatDuration } from './console/duration.js'
export { renderRun } from './console/render-run.js'
export type { RenderOptions, Screen } from './console/renderer.js'
export type { RunView, StepView } from './console/run-view.js'
