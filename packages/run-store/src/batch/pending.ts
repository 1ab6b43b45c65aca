/** A request on its way through a batch, with the promise its caller holds. */
export interface Pending<Request, Result> {
  readonly request: Request
  readonly resolve: (result: Result) => void
  readonly reject: (error: unknown) => void
}

/** Hands a request to `add` and returns the promise of its result. */
export const enter = <Request, Result>(
  request: Request,
  add: (pending: Pending<Request, Result>) => void,
): Promise<Result> => new Promise((resolve, reject) => add({ request, resolve, reject }))
