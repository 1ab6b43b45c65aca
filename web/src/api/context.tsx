import { createContext, type ReactNode, useContext, useSyncExternalStore } from 'react'
import type { Api } from './api.js'
import type { SessionState } from './session.js'

const ApiContext = createContext<Api | undefined>(undefined)

export const ApiProvider = ({ api, children }: { readonly api: Api; readonly children: ReactNode }) => (
  <ApiContext value={api}>{children}</ApiContext>
)

export const useApi = (): Api => {
  const api = useContext(ApiContext)
  if (api === undefined) throw new Error('useApi needs an ApiProvider above it')
  return api
}

export const useSession = (): SessionState => {
  const { session } = useApi()
  return useSyncExternalStore(session.subscribe, session.getState)
}
