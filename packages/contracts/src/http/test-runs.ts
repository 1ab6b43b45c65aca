import { z } from 'zod'
import { integer } from '../bounds.js'
import { nodeId, portName } from '../definition.js'
import { runId } from '../ids.js'
import { json } from '../json/value.js'

/** An output that is taken as given: its node is not executed. */
export const pin = z.strictObject({
  output: json,
  /** The ports it goes on at; the main port when left out. */
  ports: z.array(portName).max(100).optional(),
})
export type Pin = z.infer<typeof pin>

/** A test run: a real run of the draft as it is stored. */
export const startTestRunBody = z.strictObject({
  /** Workflow id or name. */
  workflow: z.string().min(1).max(128),
  /** The revision the author sees; another current revision gives 409 DRAFT_CONFLICT. */
  draftRevision: integer.min(1).optional(),
  /** Run only this node and what leads to it; everything when left out. */
  target: nodeId.optional(),
  /**
   * `path` executes what leads to the target, except for pinned nodes. `step` executes the target alone: what leads
   * to it is given by `pins` and `sample`, and every edge to it counts as taken.
   */
  scope: z.enum(['path', 'step']).default('path'),
  /** Id of the trigger node; that of the sample when left out, else the first one that leads to the target. */
  trigger: nodeId.optional(),
  /** What the trigger gives; the input of the sample when left out. */
  input: json.optional(),
  /** A run of this workflow whose outputs stand in for executing, where `scope` is `step`. */
  sample: runId.optional(),
  /** By node id; those of nodes that do not take part are ignored. */
  pins: z.record(nodeId, pin).default({}),
})
export type StartTestRunBody = z.input<typeof startTestRunBody>
