import { defineNode, type NodeHttpRequest, type NodeHttpResponse } from '../../define.js'
import { callWithDigest } from './digest-call.js'
import { fetchPages } from './pages/pages.js'
import { httpRequestOutput, httpRequestParams } from './params.js'
import { buildRequest, isRead, secretsOf } from './request.js'
import { readResponse, statusError } from './response.js'

export const httpRequest = defineNode({
  type: 'http.request',
  version: 1,
  title: 'HTTP request',
  description: 'Calls a URL and gives status, headers and body. Writes carry an Idempotency-Key.',
  category: 'network',
  icon: 'world',
  trigger: false,
  params: httpRequestParams,
  output: httpRequestOutput,
  ports: ['main'],
  effect: ({ method }) => (isRead(method) ? 'read' : 'write'),
  async execute(ctx, params) {
    const credential = params.auth === undefined ? undefined : await ctx.credential(params.auth.credential)
    const request = buildRequest(params, credential, ctx.idempotencyKey)
    const call = params.auth === undefined ? request : { ...request, credential: params.auth.credential }
    // A call that has lost its credential on the way goes to another origin.
    const send = (each: NodeHttpRequest) =>
      params.auth?.digest === true && each.credential !== undefined
        ? callWithDigest(ctx, each, credential)
        : ctx.http(each)
    const read = (response: NodeHttpResponse) =>
      readResponse(response, {
        responseType: params.responseType,
        secrets: secretsOf(credential),
        warn: (message) => ctx.log('warn', message),
      })
    const { failOnStatus, pagination } = params
    if (pagination.mode !== 'none')
      return { output: { ...(await fetchPages(ctx, call, pagination, { send, read, failOnStatus })) } }
    const output = read(await send(call))
    if (failOnStatus && output.status >= 400) throw statusError(output)
    return { output: { ...output } }
  },
})
