import { QueryClientProvider } from '@tanstack/react-query'
import { RouterProvider } from '@tanstack/react-router'
import { useState } from 'react'
import { createApi } from '../api/api.js'
import { ApiProvider } from '../api/context.js'
import { createQueryClient } from './query-client.js'
import { createAppRouter } from './router.js'
import { Theme } from './theme/theme.js'

export const App = () => {
  const [api] = useState(createApi)
  const [queryClient] = useState(createQueryClient)
  const [router] = useState(() => createAppRouter({ api, queryClient }))
  return (
    <Theme>
      <ApiProvider api={api}>
        <QueryClientProvider client={queryClient}>
          <RouterProvider router={router} />
        </QueryClientProvider>
      </ApiProvider>
    </Theme>
  )
}
