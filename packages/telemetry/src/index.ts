export { createLogger, type Logger } from './logger.js'
export { createMetrics, type Metrics } from './metrics.js'
export { createRequestLog, type RequestLine, type RequestLog } from './request-log.js'
export { type MarkedRun, markRun, RUN_MARKS, type RunMark } from './run-marks.js'
