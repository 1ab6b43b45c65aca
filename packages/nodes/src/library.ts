import type { NodeType } from './define.js'
import { eventPublish } from './event/publish/index.js'
import { flowCondition } from './flow/condition/index.js'
import { flowDelay } from './flow/delay/index.js'
import { flowFilter } from './flow/filter/index.js'
import { flowMap } from './flow/map/index.js'
import { flowMerge } from './flow/merge/index.js'
import { flowRepeat } from './flow/repeat/index.js'
import { flowStop } from './flow/stop/index.js'
import { flowSwitch } from './flow/switch/index.js'
import { flowWait } from './flow/wait/index.js'
import { httpRequest } from './http/request/index.js'
import { httpRespond } from './http/respond/index.js'
import { humanApproval } from './human/approval/index.js'
import { logMessage } from './log/message/index.js'
import { postgresQuery } from './postgres/query/index.js'
import { taskExternal } from './task/external/index.js'
import { transformJson } from './transform/json/index.js'
import { transformScript } from './transform/script/index.js'
import { callTrigger } from './trigger/call/index.js'
import { eventTrigger } from './trigger/event/index.js'
import { failureTrigger } from './trigger/failure/index.js'
import { manualTrigger } from './trigger/manual/index.js'
import { scheduleTrigger } from './trigger/schedule/index.js'
import { webhookTrigger } from './trigger/webhook/index.js'
import { workflowCall } from './workflow/call/index.js'

const ALL: readonly NodeType[] = [
  manualTrigger,
  webhookTrigger,
  scheduleTrigger,
  callTrigger,
  eventTrigger,
  failureTrigger,
  httpRequest,
  httpRespond,
  postgresQuery,
  transformJson,
  transformScript,
  flowCondition,
  flowSwitch,
  flowFilter,
  flowMerge,
  flowMap,
  flowRepeat,
  flowDelay,
  flowWait,
  flowStop,
  humanApproval,
  workflowCall,
  eventPublish,
  taskExternal,
  logMessage,
]

/** Every node type by its name, in the order of the palette. */
export const nodeLibrary: ReadonlyMap<string, NodeType> = new Map(ALL.map((type) => [type.type, type]))
