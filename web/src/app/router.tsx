import type { QueryClient } from '@tanstack/react-query'
import {
  createRootRouteWithContext,
  createRoute,
  createRouter,
  lazyRouteComponent,
  Outlet,
  redirect,
} from '@tanstack/react-router'
import type { Api } from '../api/api.js'
import { parseRunSearch } from '../features/runs/run-search.js'
import { NotFound } from './not-found.js'
import { RouteError } from './route-error.js'
import {
  parseConsoleSearch,
  parseSignInSearch,
  parseVersionsSearch,
  parseWorkflowsSearch,
} from './search-params.js'
import { Shell } from './shell/shell.js'

export interface RouterContext {
  readonly api: Api
  readonly queryClient: QueryClient
}

declare module '@tanstack/react-router' {
  interface Register {
    router: ReturnType<typeof createAppRouter>
  }
  interface StaticDataRouteOption {
    /** What the browser's tab and the history call the page. */
    readonly title?: string
    /** True where the page needs all of the width: the navigation shrinks to its icons. */
    readonly wide?: boolean
  }
}

const root = createRootRouteWithContext<RouterContext>()({
  component: Outlet,
  notFoundComponent: NotFound,
  errorComponent: RouteError,
})

const signIn = createRoute({
  getParentRoute: () => root,
  path: '/sign-in',
  validateSearch: parseSignInSearch,
  staticData: { title: 'Sign in' },
  component: lazyRouteComponent(() => import('./routes/sign-in.js'), 'SignInRoute'),
})

/** Everything but the sign-in: inside the shell, for signed-in people only. */
const inside = createRoute({
  getParentRoute: () => root,
  id: 'inside',
  component: Shell,
  beforeLoad: async ({ context, location }) => {
    const state = await context.api.session.restore()
    if (state.kind === 'signed-out') throw redirect({ to: '/sign-in', search: { next: location.href } })
  },
})

const home = createRoute({
  getParentRoute: () => inside,
  path: '/',
  beforeLoad: () => {
    throw redirect({ to: '/workflows', replace: true })
  },
})

const workflows = createRoute({
  getParentRoute: () => inside,
  path: '/workflows',
  validateSearch: parseWorkflowsSearch,
  staticData: { title: 'Workflows' },
  component: lazyRouteComponent(() => import('./routes/workflows.js'), 'WorkflowsRoute'),
})

const editor = createRoute({
  getParentRoute: () => inside,
  path: '/workflows/$workflowId',
  staticData: { title: 'Editor', wide: true },
  component: lazyRouteComponent(() => import('./routes/editor.js'), 'EditorRoute'),
})

const versions = createRoute({
  getParentRoute: () => inside,
  path: '/workflows/$workflowId/versions',
  validateSearch: parseVersionsSearch,
  staticData: { title: 'Versions' },
  component: lazyRouteComponent(() => import('./routes/versions.js'), 'VersionsRoute'),
})

const runs = createRoute({
  getParentRoute: () => inside,
  path: '/runs',
  validateSearch: parseRunSearch,
  staticData: { title: 'Runs' },
  component: lazyRouteComponent(() => import('./routes/runs.js'), 'RunsRoute'),
})

const runConsole = createRoute({
  getParentRoute: () => inside,
  path: '/runs/$runId',
  validateSearch: parseConsoleSearch,
  staticData: { title: 'Run', wide: true },
  component: lazyRouteComponent(() => import('./routes/run-console.js'), 'RunConsoleRoute'),
})

const credentials = createRoute({
  getParentRoute: () => inside,
  path: '/settings/credentials',
  staticData: { title: 'Credentials' },
  component: lazyRouteComponent(() => import('./routes/credentials.js'), 'CredentialsRoute'),
})

const routeTree = root.addChildren([
  signIn,
  inside.addChildren([home, workflows, editor, versions, runs, runConsole, credentials]),
])

export const createAppRouter = (context: RouterContext) => {
  const router = createRouter({ routeTree, context, defaultPreload: 'intent', scrollRestoration: true })
  // The first page's code comes while the server is asked who is there, not after. Should that fail, the page itself
  // tries again, and says so.
  const [matched] = router.getMatchedRoutes(router.latestLocation.pathname)
  for (const route of matched) router.loadRouteChunk(route)?.catch(() => undefined)
  return router
}
