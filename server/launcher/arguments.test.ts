import { describe, expect, it } from 'vitest'
import { parseUpArguments, upHelp } from './arguments'
import { UsageError } from './launcher-error'

describe('parseUpArguments', () => {
  it('reads every flag', () => {
    const argv = ['up', '--port', '1', '--host=::1', '--metrics-port=2', '--home', 'rel', '--stop-runners', '--dev']
    expect(parseUpArguments(argv, '/cwd')).toEqual({
      flags: { port: '1', host: '::1', metricsPort: '2', home: '/cwd/rel' },
      stopRunners: true,
      dev: true,
      help: false,
    })
  })

  it('needs none, with or without the word', () => {
    expect(parseUpArguments([], '/')).toEqual({ flags: {}, stopRunners: false, dev: false, help: false })
    expect(parseUpArguments(['up', '--home', '~/x'], '/').flags).toEqual({ home: '~/x' })
  })

  it.each([[['--prt', '1']], [['--port']], [['extra']], [['--dev=yes']]])('refuses %j in one line', (argv) => {
    const attempt = () => parseUpArguments(argv, '/')
    expect(attempt).toThrow(UsageError)
    expect(attempt).toThrow(/^[^\n]+; see stratavore up --help$/)
  })
})

it('helps with every flag', () => {
  for (const flag of ['--home', '--host', '--port', '--metrics-port', '--stop-runners', '--dev']) {
    expect(upHelp()).toContain(flag)
  }
})
