import { describe, expect, it } from 'vitest'
import { chooseUnprivileged } from './unprivileged'

const only = (program: string) => (prefix: readonly string[]) => prefix[0] === program

describe('chooseUnprivileged', () => {
  it('runs directly where we are not root', () => {
    expect(chooseUnprivileged(1000, () => false)).toMatchObject({ kind: 'direct', prefix: [] })
    expect(chooseUnprivileged(undefined, () => false)).toMatchObject({ kind: 'direct' })
  })

  it('prefers a user namespace, where files stay ours', () => {
    expect(chooseUnprivileged(0, () => true)).toMatchObject({ kind: 'user-namespace', owner: { uid: 0 } })
  })

  it('changes the user where namespaces are blocked', () => {
    expect(chooseUnprivileged(0, only('setpriv'))).toMatchObject({ kind: 'other-user', owner: { uid: 65_534 } })
  })

  it('says what to do where neither works', () => {
    expect(() => chooseUnprivileged(0, () => false)).toThrow(/ordinary user, or set DATABASE_URL/)
  })
})
