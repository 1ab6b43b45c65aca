export {
  type Act,
  type Scenario,
  type ScriptedResult,
  scenario,
  type Unsupported,
  unsupported,
} from './scenario.js'
export { traceOf } from './trace.js'
