import { expect, it } from 'vitest'
import { secretsOfSettings } from './known-secrets'
import { loadSettings } from './load-settings'

it('knows secret settings, passwords in addresses, and what names of the environment say', () => {
  const env = {
    DATABASE_URL: 'postgresql://me:p%40ssw%2Ford@host:5432/db',
    NTFY_TOKEN: 'tk_abcdefgh',
    GITHUB_TOKEN: 'of-the-session',
    NTFY_URL: 'https://ntfy.example',
    HOME: '/home/me',
  }
  const { settings } = loadSettings({ flags: {}, env, readFile: () => undefined })
  const known = secretsOfSettings(settings, env)
  expect(known).toEqual(
    expect.arrayContaining([env.DATABASE_URL, 'p%40ssw%2Ford', 'p@ssw/ord', 'tk_abcdefgh', 'of-the-session']),
  )
  expect(known).not.toContain('https://ntfy.example')
  expect(known).not.toContain('/home/me')
})
