import { ProductIcon } from '@/components/shell/navigation'
import { SignIn } from '@/components/sign-in/sign-in'

interface LoginPageProps {
  searchParams: Promise<Record<string, string | string[] | undefined>>
}

const LINK_FAILURE = 'That link has expired or was used before. Make a new one.'
const FAILURES: Record<string, string> = {
  oidc: 'Your identity provider signed you in, but nobody here is known under that identity; or you stopped on the way.',
  oidc_away: 'The identity provider does not answer. Try again, or sign in another way.',
  oidc_taken: 'That identity is connected with another user.',
}

/** For visitors without a session: every way to sign in that is set up, and how to get a login link. */
export default async function LoginPage({ searchParams }: LoginPageProps) {
  const error = String((await searchParams).error ?? '')
  return (
    <main className="mx-auto flex min-h-dvh max-w-sm flex-col justify-center gap-6 px-6 py-12">
      <div>
        <ProductIcon aria-hidden className="mb-4 size-7 text-accent-strong" strokeWidth={1.5} />
        <h1 className="font-semibold text-xl tracking-tight">Sign in to Stratavore</h1>
      </div>
      <SignIn linkFailure={error === 'link' ? LINK_FAILURE : undefined} failure={FAILURES[error]} />
    </main>
  )
}
