import { Text, Title } from '@mantine/core'
import { getRouteApi, useRouter } from '@tanstack/react-router'
import { useEffect } from 'react'
import { useApi } from '../../api/context.js'
import { SignInForm } from '../../features/sign-in/sign-in-form.js'
import classes from './sign-in.module.css'

const route = getRouteApi('/sign-in')

export const SignInRoute = () => {
  const { session } = useApi()
  const { next } = route.useSearch()
  const router = useRouter()
  useEffect(() => {
    document.title = 'Sign in · Millrace'
  }, [])
  const signIn = async (email: string, password: string) => {
    await session.signIn(email, password)
    router.history.push(next ?? '/workflows')
  }
  return (
    <main className={classes['root']}>
      <div className={classes['card']}>
        <img src="/icon.svg" alt="" width={36} height={36} />
        <Title order={1} mt="md">
          Sign in to Millrace
        </Title>
        <Text size="sm" c="dimmed" mt={4} mb="lg">
          The first password was written to <code>owner.json</code> in the server’s data folder.
        </Text>
        <SignInForm onSubmit={signIn} />
      </div>
    </main>
  )
}
