import { describe, expect, it } from 'vitest'
import { createKittyNotifications, directoryOf, iTermNotification, rxvtNotification } from './program-signal'

describe('what a program wants noticed', () => {
  it('is the text of OSC 9, but not its progress', () => {
    expect(iTermNotification('Build\x07 done')).toBe('Build  done')
    // Neither controls nor what turns a line around.
    expect(iTermNotification('safe\u202eexe.\u009b31mtxt\u200b')).toBe('safe exe. 31mtxt')
    expect(iTermNotification('4;1;50')).toBeNull()
    expect(iTermNotification('')).toBeNull()
  })

  it('is title and body of OSC 777 notify', () => {
    expect(rxvtNotification('notify;Claude;needs; you')).toBe('Claude: needs; you')
    expect(rxvtNotification('notify;only')).toBe('only')
    expect(rxvtNotification('precmd;x')).toBeNull()
  })

  it('is the payload of OSC 99, plain or in base64', () => {
    const kittyNotification = createKittyNotifications()
    expect(kittyNotification(';hello')).toBe('hello')
    expect(kittyNotification('i=1:p=body;more')).toBe('more')
    expect(kittyNotification(`e=1;${btoa('coded')}`)).toBe('coded')
    expect(kittyNotification('e=1;%%%')).toBeNull()
    expect(kittyNotification('i=1:p=close;')).toBeNull()
    expect(kittyNotification('no payload')).toBeNull()
  })

  it('is all parts of an OSC 99 together, once the last has come', () => {
    const told = createKittyNotifications()
    expect(told('i=a:d=0;Build')).toBeNull()
    expect(told('i=b:d=0;Another')).toBeNull()
    expect(told('i=a:d=0; failed')).toBeNull()
    expect(told(`i=a:d=0:p=body:e=1;${btoa('in main')}`)).toBeNull()
    expect(told('i=a:d=1:p=body;.ts')).toBe('Build failed: in main.ts')
    expect(told('i=b:p=close;')).toBeNull()
    expect(told('i=b:p=body;alone')).toBe('alone')
    // What is never completed is bounded.
    expect(told('i=first:d=0;first')).toBeNull()
    for (let id = 0; id < 20; id += 1) expect(told(`i=${id}:d=0;${'x'.repeat(5_000)}`)).toBeNull()
    expect(told('i=first:p=body;late')).toBe('late')
    expect(told('i=19:p=body;y')).toBe('x'.repeat(200))
  })

  it('is cut to a line', () => {
    expect(iTermNotification('x'.repeat(5000))).toHaveLength(200)
    expect(iTermNotification(`${'x'.repeat(199)}😀`)).toBe('x'.repeat(199))
  })
})

describe('the directory of OSC 7', () => {
  it('is the path of a file address, decoded', () => {
    expect(directoryOf('file://host/home/me/a%20b')).toBe('/home/me/a b')
    expect(directoryOf('https://host/home')).toBeNull()
    expect(directoryOf('file://host/%ff')).toBeNull()
  })
})
