import { expect, it } from 'vitest'
import { loadSettings } from '@/config/load-settings'
import { childEnvironment } from './child-environment'

const { settings } = loadSettings({ flags: { home: '/h', port: '1234' }, env: {}, readFile: () => undefined })

it('hands on the session and the settled settings, and nothing that is about this process', () => {
  const env = childEnvironment(
    {
      PATH: '/home/ann/code/node_modules/.bin:/opt/npm/run-script/lib/node-gyp-bin:/usr/bin',
      ANTHROPIC_API_KEY: 'k',
      STRATAVORE_PORT: '9999',
      AMQP_URL: '',
      NODE_OPTIONS: '--inspect',
      npm_lifecycle_event: 'start',
      npm_config_x: 'y',
    },
    { ...settings, databaseUrl: 'postgresql://h/d' },
    { dev: false },
  )
  expect(env).toMatchObject({
    PATH: '/usr/bin',
    ANTHROPIC_API_KEY: 'k',
    STRATAVORE_HOME: '/h',
    STRATAVORE_PORT: '1234',
    STRATAVORE_PROJECT_ROOTS: '/',
    DATABASE_URL: 'postgresql://h/d',
    NODE_ENV: 'production',
  })
  for (const name of ['NODE_OPTIONS', 'npm_config_x', 'npm_lifecycle_event', 'AMQP_URL', 'STRATAVORE_DEV']) {
    expect(env).not.toHaveProperty(name)
  }
})

it('leaves PATH alone where npm did not start us, and says when Next is to reload', () => {
  const env = childEnvironment({ PATH: '/mine/node_modules/.bin' }, settings, { dev: true })
  expect(env).toMatchObject({ PATH: '/mine/node_modules/.bin', STRATAVORE_DEV: '1', NODE_ENV: 'development' })
})

it('reads back as the same settings', () => {
  const env = childEnvironment({}, settings, { dev: false })
  expect(loadSettings({ flags: {}, env, readFile: () => undefined }).settings).toEqual(settings)
})
