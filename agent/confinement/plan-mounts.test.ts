import { expect, it } from 'vitest'
import { ownCgroup } from './own-cgroup'
import { planMounts } from './plan-mounts'

const place = (to: string, writable: boolean) => ({ from: to, to, writable })

it('lays inner places over outer ones and the home over the system, whatever the order they came in', () => {
  const args = planMounts({
    empty: ['/home/ann/.claude', '/home/ann'],
    shown: [place('/home/ann/p/.git', false), place('/home/ann/p', true), place('/home/ann/p/.git/x', true)],
    fixed: [place('/home/ann/.claude/settings.json', false)],
    masked: [
      { path: '/opt/a/keys', isDirectory: true },
      { path: '/etc/key', isDirectory: false },
      { path: '/home', isDirectory: true },
    ],
    secrets: ['/etc/shadow'],
  })
    .concat('')
    .join(' ')
  const order = [
    '--ro-bind-try /usr /usr',
    '--tmpfs /tmp',
    '--tmpfs /home ',
    '--ro-bind /dev/null /etc/key',
    '--tmpfs /home/ann ',
    '--tmpfs /home/ann/.claude ',
    '--bind /home/ann/p /home/ann/p',
    '--ro-bind /home/ann/p/.git /home/ann/p/.git',
    '--bind /home/ann/p/.git/x /home/ann/p/.git/x',
    '--ro-bind /home/ann/.claude/settings.json',
    '--ro-bind /dev/null /etc/shadow',
    '--remount-ro /opt/a/keys',
    '--remount-ro /home ',
    '--remount-ro / ',
  ].map((part) => args.indexOf(part))
  expect(order).not.toContain(-1)
  expect(order).toEqual([...order].sort((a, b) => a - b))
})

it('finds its own control group, in a container and beside version 1', () => {
  const line = (root: string, mount: string) => `41 31 0:38 ${root} ${mount} rw,relatime - cgroup2 cgroup2 rw`
  const hybrid = `30 1 0:3 / /sys/fs/cgroup/memory rw - cgroup cgroup rw,memory\n${line('/', '/sys/fs/cgroup/unified')}`
  expect(ownCgroup(hybrid, '4:memory:/m\n0::/user.slice/a.scope\n')).toBe('/sys/fs/cgroup/unified/user.slice/a.scope')
  expect(ownCgroup(line('/docker/1', '/sys/fs/cgroup'), '0::/docker/1/x\n')).toBe('/sys/fs/cgroup/x')
  expect(ownCgroup(line('/docker/1', '/sys/fs/cgroup'), '0::/other\n')).toBeNull()
  expect(ownCgroup(line('/', '/a\\040b'), '0::/\n')).toBe('/a b/')
  expect(ownCgroup('', '4:memory:/m\n')).toBeNull()
})
