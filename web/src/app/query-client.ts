import { QueryClient } from '@tanstack/react-query'
import { ApiError } from '../api/api-error.js'

const RETRIES = 3

export const createQueryClient = (): QueryClient =>
  new QueryClient({
    defaultOptions: {
      queries: {
        staleTime: 5_000,
        // A refusal stays a refusal; only what passes is asked again.
        retry: (failures, error) => failures < RETRIES && error instanceof ApiError && error.isTransient,
        retryDelay: (failures, error) =>
          error instanceof ApiError && error.retryAfterMs !== undefined
            ? error.retryAfterMs
            : Math.min(500 * 2 ** failures, 8_000),
      },
      mutations: { retry: false },
    },
  })
