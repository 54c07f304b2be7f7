import { describe, expect, it } from 'vitest'
import { checkNode } from './check-node.mjs'
import { contentHash } from './content-stamp.mjs'
import { isInstalled } from './install-step.mjs'

describe('checkNode', () => {
  it.each(['20.19.0', '20.19.5', '20.20.0', '22.0.0', '24.1.0'])('takes %s', (version) => {
    expect(() => checkNode(version)).not.toThrow()
  })
  it.each(['18.20.0', '20.18.3', '20.9.9'])('refuses %s and says what it needs', (version) => {
    expect(() => checkNode(version)).toThrow(/needs Node 20\.19\.0 or newer, this is/)
  })
})

describe('isInstalled', () => {
  const locked = {
    '': {},
    'node_modules/a': { version: '1.0.0' },
    'node_modules/b': { version: '2.0.0', optional: true },
  }

  it('takes what the lock file says, other platforms left out', () => {
    expect(isInstalled(locked, { 'node_modules/a': { version: '1.0.0' } })).toBe(true)
  })
  it('sees a package that lacks or is of another version', () => {
    expect(isInstalled(locked, {})).toBe(false)
    expect(isInstalled(locked, { 'node_modules/a': { version: '1.0.1' } })).toBe(false)
  })
})

describe('contentHash', () => {
  it('is the same for the same files and another for others', () => {
    expect(contentHash(['scripts/bootstrap'])).toBe(contentHash(['scripts/bootstrap']))
    expect(contentHash(['scripts/bootstrap'])).not.toBe(contentHash(['scripts/bootstrap', 'config']))
  })
})
