import { writeAnswer } from '@millrace/nodes'
import type { FastifyReply } from 'fastify'
import { allowedHeaders, type HookAnswer } from './answer.js'

const JSON_TYPE = 'application/json; charset=utf-8'

/** Sends the caller of a webhook what its run has come to. */
export const sendAnswer = (reply: FastifyReply, runId: string, answer: HookAnswer): FastifyReply => {
  switch (answer.kind) {
    case 'later':
      return sendLater(reply, runId)
    case 'output':
      return reply.status(200).type(JSON_TYPE).send(answer.json)
    case 'response': {
      const headers = allowedHeaders(answer.headers)
      const { content, contentType } = writeAnswer({ ...answer, headers })
      reply.status(answer.status).headers(headers)
      return content === undefined
        ? reply.send()
        : reply.header('content-type', contentType).send(toBuffer(content))
    }
  }
}

/** Node writes the headers in the encoding of a body that is text: UTF-8, where headers are Latin-1. Other arrays are JSON to Fastify. */
const toBuffer = (content: string | Uint8Array): Buffer =>
  typeof content === 'string'
    ? Buffer.from(content)
    : Buffer.from(content.buffer, content.byteOffset, content.byteLength)

/** Where to look for the run, for a caller that does not wait for it. */
export const sendLater = (reply: FastifyReply, runId: string): FastifyReply =>
  reply.status(202).send({ runId, statusUrl: `/api/v1/runs/${runId}` })
