import { describe, expect, it } from 'vitest'
import { describeSettings, MASK } from './describe-settings'
import { loadSettings } from './load-settings'

const SECRET = 'postgresql://ann:hunter2@db/stratavore'

describe('describeSettings', () => {
  it('shows every setting with its source and no secret', () => {
    const env = { STRATAVORE_HOME: '/h', DATABASE_URL: SECRET, STRATAVORE_PROJECT_ROOTS: '/a:/b' }
    const described = describeSettings(loadSettings({ flags: { port: '1234' }, env, readFile: () => undefined }))
    const named = Object.fromEntries(described.map((setting) => [setting.name, setting]))
    expect(named).toMatchObject({
      home: { value: '/h', source: 'environment' },
      port: { value: '1234', source: 'flag', flag: 'port' },
      databaseUrl: { value: MASK, source: 'environment' },
      amqpUrl: { value: null, source: 'default' },
      projectRoots: { value: '/a:/b', source: 'environment' },
    })
    expect(JSON.stringify(described)).not.toContain('hunter2')
  })
})
