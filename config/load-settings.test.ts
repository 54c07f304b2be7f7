import { describe, expect, it } from 'vitest'
import { loadSettings, type SettingsInput } from './load-settings'
import { SettingsError } from './settings-error'

const HOME = '/srv/stratavore'
const FILE = `${HOME}/stratavore.yaml`

function load(input: Partial<SettingsInput> & { yaml?: string } = {}) {
  return loadSettings({
    flags: input.flags ?? {},
    env: { STRATAVORE_HOME: HOME, ...input.env },
    readFile: (path) => (path === FILE ? input.yaml : undefined),
  })
}

function problemOf(input: Parameters<typeof load>[0]): string {
  try {
    load(input)
  } catch (error) {
    if (error instanceof SettingsError) return error.message
    throw error
  }
  throw new Error('was accepted')
}

describe('precedence', () => {
  it('falls back to defaults', () => {
    const { settings, sources } = loadSettings({ flags: {}, env: { HOME: '/home/ann' }, readFile: () => undefined })
    expect(settings).toMatchObject({
      home: '/home/ann/.local/share/stratavore',
      host: '127.0.0.1',
      port: 7717,
      metricsPort: 9091,
      projectRoots: ['/'],
      runnerQuota: 10,
    })
    expect(settings).not.toHaveProperty('databaseUrl')
    expect(new Set(Object.values(sources))).toEqual(new Set(['default']))
  })

  it('takes the file over defaults, the environment over the file, a flag over all', () => {
    const yaml = 'port: 1001\nmetricsPort: 2001\nrunnerQuota: 3\n'
    const { settings, sources } = load({
      yaml,
      env: { STRATAVORE_METRICS_PORT: '2002', STRATAVORE_PORT: '1002' },
      flags: { port: '1003' },
    })
    expect(settings).toMatchObject({ port: 1003, metricsPort: 2002, runnerQuota: 3 })
    expect(sources).toMatchObject({ port: 'flag', metricsPort: 'environment', runnerQuota: 'file', host: 'default' })
  })

  it('reads the file of the home that a flag names', () => {
    const { settings } = loadSettings({
      flags: { home: '/other' },
      env: { STRATAVORE_HOME: HOME },
      readFile: (path) => (path === '/other/stratavore.yaml' ? 'port: 1001' : 'port: 1002'),
    })
    expect(settings).toMatchObject({ home: '/other', port: 1001 })
  })

  it('takes an empty variable for an unset one', () => {
    expect(load({ env: { DATABASE_URL: '', STRATAVORE_PORT: '' } }).settings).toMatchObject({ port: 7717 })
  })

  it('reads lists as text and as YAML', () => {
    expect(load({ env: { STRATAVORE_PROJECT_ROOTS: '/a:/b' } }).settings.projectRoots).toEqual(['/a', '/b'])
    expect(load({ yaml: 'projectRoots: [/a, /b]' }).settings.projectRoots).toEqual(['/a', '/b'])
  })
})

describe('one line that names the bad setting', () => {
  it.each([
    [{ env: { STRATAVORE_PORT: 'abc' } }, 'STRATAVORE_PORT: must be a whole number from 1 to 65535, not "abc"'],
    [{ env: { STRATAVORE_PORT: '1.5' } }, /^STRATAVORE_PORT: must be a whole number/],
    [{ flags: { port: '70000' } }, '--port: must be a whole number from 1 to 65535, not "70000"'],
    [{ flags: { metricsPort: '0' } }, /^--metrics-port: must be a whole number/],
    [{ yaml: 'port: true' }, `port (in ${FILE}): must be a whole number from 1 to 65535, not true`],
    [{ yaml: 'prot: 1' }, `prot (in ${FILE}): there is no such setting; did you mean port?`],
    [{ yaml: 'home: /x' }, `home (in ${FILE}): cannot be set here; use STRATAVORE_HOME or --home`],
    [{ yaml: '- 1' }, `${FILE}: must be a list of "setting: value" lines`],
    [{ yaml: 'a: [' }, new RegExp(`^${FILE}: .+ at line 1`)],
    [
      { env: { STRATAVORE_METRICPORT: '1' } },
      'STRATAVORE_METRICPORT: there is no such setting; did you mean STRATAVORE_METRICS_PORT?',
    ],
    [{ env: { STRATAVORE_ZZZZZZZZZZZZZZ: '1' } }, 'STRATAVORE_ZZZZZZZZZZZZZZ: there is no such setting'],
    [{ env: { STRATAVORE_HOME: 'relative' } }, 'STRATAVORE_HOME: must be an absolute path, not "relative"'],
    [{ env: { STRATAVORE_LOG_LEVEL: 'loud' } }, /^STRATAVORE_LOG_LEVEL: must be one of trace/],
    [{ env: { STRATAVORE_PROJECT_ROOTS: 'a' } }, /^STRATAVORE_PROJECT_ROOTS: must be an absolute path/],
    [{ flags: { port: '9091' } }, 'STRATAVORE_METRICS_PORT: must differ from the port of the dashboard (9091)'],
  ])('%j', (input, message) => {
    const problem = problemOf(input)
    if (typeof message === 'string') expect(problem).toBe(message)
    else expect(problem).toMatch(message)
    expect(problem).not.toContain('\n')
  })

  it('never repeats a secret', () => {
    expect(problemOf({ env: { DATABASE_URL: 'mysql://u:hunter2@h/db' } })).toBe(
      'DATABASE_URL: must be a URL like postgresql://user:password@host:5432/database',
    )
  })

  it.each(['NTFY_URL', 'STRATAVORE_WEBHOOK_URL', 'STRATAVORE_PUBLIC_URL'])('refuses credentials in %s', (name) => {
    for (const url of ['https://ann:hunter2@host.example', 'https://hunter2@host.example/', 'https://:hunter2@host'])
      expect(problemOf({ env: { [name]: url } })).toBe(
        `${name}: must hold no user name and no password: addresses are shown and logged`,
      )
    expect(problemOf({ env: { [name]: 'ftp://ann:hunter2@host.example' } })).not.toContain('hunter2')
  })

  it('takes no more of an address than it uses', () => {
    for (const rest of ['/alerts', '/?a=1', '?', '#top'])
      expect(problemOf({ env: { NTFY_URL: `https://ntfy.sh${rest}` } })).toContain('the topic is a setting of its own')
    for (const rest of ['?a=1', '/#top', '/path?'])
      expect(problemOf({ env: { STRATAVORE_PUBLIC_URL: `https://phone.example${rest}` } })).toContain('no ? and no #')
    const env = {
      NTFY_URL: 'https://ntfy.sh/',
      STRATAVORE_PUBLIC_URL: 'https://phone.example/stratavore/',
      STRATAVORE_WEBHOOK_URL: 'https://hooks.example/in?key=1',
      STRATAVORE_WEBHOOK_SECRET: 'whsec_MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3',
    }
    expect(load({ env }).settings).toMatchObject({
      ntfyUrl: 'https://ntfy.sh',
      publicUrl: 'https://phone.example/stratavore',
      webhookUrl: 'https://hooks.example/in?key=1',
    })
  })

  it('knows the variables of the CLI and of runners', () => {
    const env = { STRATAVORE_URL: 'x', STRATAVORE_TOKEN: 'y', STRATAVORE_RUNNER_ID: 'z' }
    expect(() => load({ env })).not.toThrow()
  })
})

describe('host', () => {
  it.each(['127.0.0.1', '127.8.9.254', '::1', 'localhost', 'LOCALHOST'])('accepts %s', (host) => {
    expect(load({ flags: { host } }).settings.host).toBe(host.toLowerCase())
  })

  it.each(['127.0.0.1.evil.com', '127.0.0.256', 'example.com', '', 'fe80::1%eth0'])('refuses %s', (host) => {
    expect(problemOf({ flags: { host } })).toMatch(/^--host: must be an address of this machine/)
  })

  const beyond = { STRATAVORE_HOST: '192.168.1.2' }
  const tls = { STRATAVORE_TLS_CERT: '/c.pem', STRATAVORE_TLS_KEY: '/k.pem' }
  const everywhere = { STRATAVORE_HOST: '0.0.0.0', STRATAVORE_PUBLIC_URL: 'https://me.example' }
  it('beyond loopback needs TLS, a declared proxy, or an explicit word', () => {
    expect(problemOf({ env: beyond })).toMatch(
      /^STRATAVORE_HOST: 192.168.1.2 can be reached from other machines, which/,
    )
    expect(problemOf({ env: everywhere })).toMatch(/needs TLS/)
    for (const env of [
      { ...beyond, ...tls },
      { ...beyond, STRATAVORE_TRUSTED_PROXIES: '10.0.0.5,10.1.0.0/16' },
      { ...beyond, STRATAVORE_ALLOW_PLAIN_HTTP: 'true' },
      { ...everywhere, ...tls },
    ])
      expect(() => load({ env })).not.toThrow()
  })

  it('that is all addresses needs the one name it is served under', () => {
    expect(problemOf({ env: { ...tls, STRATAVORE_HOST: '::' } })).toMatch(/^STRATAVORE_PUBLIC_URL: needed with/)
  })

  it('with half a certificate is refused', () => {
    expect(problemOf({ env: { STRATAVORE_TLS_CERT: '/c.pem' } })).toMatch(
      /^STRATAVORE_TLS_KEY: a certificate and its key/,
    )
    expect(problemOf({ env: { STRATAVORE_TLS_KEY: '/k.pem' } })).toMatch(/^STRATAVORE_TLS_CERT: /)
  })
})
