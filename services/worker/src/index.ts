export { resumeUrls } from './resume-urls.js'
export { type RunningWorker, type StartWorkerOptions, startWorker } from './start-worker.js'
