import { LoginForm } from '@/components/shell/login-form'
import { ProductIcon } from '@/components/shell/navigation'

interface LoginPageProps {
  searchParams: Promise<Record<string, string | string[] | undefined>>
}

/** For visitors without a session: how to get a login link, and where to paste it. */
export default async function LoginPage({ searchParams }: LoginPageProps) {
  const refused = (await searchParams).error !== undefined
  return (
    <main className="mx-auto flex min-h-dvh max-w-sm flex-col justify-center gap-6 px-6 py-12">
      <div>
        <ProductIcon aria-hidden className="mb-4 size-7 text-accent-strong" strokeWidth={1.5} />
        <h1 className="font-semibold text-xl tracking-tight">Sign in to Stratavore</h1>
        <p className="mt-1.5 text-ink-soft">
          Open the link that <Code>npm start</Code> printed, or make a new one in a shell on that machine. Each link
          works once.
        </p>
      </div>
      <pre className="rounded-md border border-line bg-sunken px-3 py-2.5 font-mono text-xs">stratavore login-link</pre>
      <LoginForm failure={refused ? 'That link has expired or was used before. Make a new one.' : undefined} />
    </main>
  )
}

const Code = ({ children }: { children: string }) => (
  <code className="rounded bg-sunken px-1 py-0.5 font-mono text-xs">{children}</code>
)
