import { useHotkeys } from '@mantine/hooks'
import { Outlet, useMatches } from '@tanstack/react-router'
import { lazy, Suspense, useEffect } from 'react'
import { useApi, useSession } from '../../api/context.js'
import { SignInAgain } from '../../features/sign-in/sign-in-again.js'
import { Navigation } from './navigation.js'
import classes from './shell.module.css'
import { Shortcuts } from './shortcuts.js'

const loadFinder = () => import('./finder.js')
const Finder = lazy(async () => ({ default: (await loadFinder()).Finder }))

/** Listened for here, so that a Ctrl+K pressed before the finder has been loaded is not lost. */
const useFinderKey = (): void => useHotkeys([['mod + K', async () => (await loadFinder()).openFinder()]], [])

/** The frame of every page but the sign-in: navigation, the page, and what may come over it. */
export const Shell = () => {
  useFinderKey()
  const { session } = useApi()
  const state = useSession()
  const matches = useMatches()
  const { title, wide = false } = matches.at(-1)?.staticData ?? {}
  useEffect(() => {
    document.title = title === undefined ? 'Millrace' : `${title} · Millrace`
  }, [title])
  return (
    <div className={classes['root']}>
      <a className={classes['skip']} href="#page">
        Skip to the page
      </a>
      <Navigation narrow={wide} />
      <main id="page" className={classes['page']} tabIndex={-1}>
        <Outlet />
      </main>
      <Suspense>
        <Finder />
      </Suspense>
      {!wide && <Shortcuts />}
      {state.kind === 'expired' && (
        <SignInAgain
          email={state.identity.user.email}
          onSubmit={(password) => session.signIn(state.identity.user.email, password)}
        />
      )}
    </div>
  )
}
