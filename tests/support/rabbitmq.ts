import { type ChildProcess, spawn } from 'node:child_process'
import { closeSync, openSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { cleanEnvironment } from './child-environment'
import { freePorts } from './free-port'
import { type Management, openManagement } from './rabbitmq-management'
import { provideRabbitMq, type RabbitMqProgram } from './rabbitmq-program'
import { runCommand } from './run-command'
import { createTempHome } from './temp-home'
import { waitUntil } from './wait-until'

/** It takes 5 s on an idle machine. */
const START_TIMEOUT_MS = 120_000
const STOP_TIMEOUT_MS = 60_000
/** Plenty for tests; the alarm is set off by lowering it to nothing. */
const MEMORY_LIMIT = '512MB'
const MEMORY_ALARM = '1MB'

/** A RabbitMQ of its own: own ports, own directory, nothing of the machine's. */
export interface RabbitMq {
  /** Of the vhost `/`, as guest. */
  url: string
  /** Of another vhost; it must exist. */
  urlOf(vhost: string): string
  /** The same broker by TLS; only when it was started with a certificate. */
  tlsPort: number
  management: Management
  managementUrl: string
  /** Runs it again after `kill9` or `halt`, on the same data and ports. */
  start(): Promise<void>
  /** Ends it at once, as a crash does. What was confirmed as persistent is on disk. */
  kill9(): Promise<void>
  /** Freezes it: it takes connections and bytes, and does nothing. */
  pause(): void
  resume(): void
  /** Runs rabbitmqctl; about a second. Throws when it fails. Returns what it printed. */
  ctl(...args: string[]): Promise<string>
  /** Memory alarm: publishers are blocked while it is on. */
  setMemoryAlarm(on: boolean): Promise<void>
  /** Closes all connections, as an administrator does. */
  dropConnections(): Promise<void>
  /** Ends all processes and removes the directory. */
  stop(): Promise<void>
}

interface Ports {
  amqp: number
  tls: number
  management: number
  epmd: number
  distribution: number
}

function environment(directory: string, ports: Ports): NodeJS.ProcessEnv {
  return cleanEnvironment({
    // The Erlang cookie is kept here.
    HOME: directory,
    RABBITMQ_NODENAME: `test${ports.amqp}@localhost`,
    RABBITMQ_CONF_ENV_FILE: '/dev/null',
    RABBITMQ_CONFIG_FILE: join(directory, 'rabbitmq.conf'),
    RABBITMQ_ADVANCED_CONFIG_FILE: join(directory, 'none.config'),
    RABBITMQ_ENABLED_PLUGINS_FILE: join(directory, 'enabled_plugins'),
    RABBITMQ_MNESIA_BASE: join(directory, 'mnesia'),
    RABBITMQ_LOG_BASE: join(directory, 'log'),
    RABBITMQ_GENERATED_CONFIG_DIR: join(directory, 'config'),
    RABBITMQ_PID_FILE: join(directory, 'pid'),
    RABBITMQ_FEATURE_FLAGS_FILE: join(directory, 'feature_flags'),
    RABBITMQ_DIST_PORT: String(ports.distribution),
    ERL_EPMD_PORT: String(ports.epmd),
    ERL_EPMD_ADDRESS: '127.0.0.1',
    // Without it the VM sizes its tables from the limit of open files.
    ERL_MAX_PORTS: '4096',
    // One scheduler, and no busy waiting: tests run beside it.
    RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS: '+S 1:1 +SDcpu 1:1 +SDio 4 +A 4 +sbwt none +sbwtdcpu none +sbwtdio none',
    // The script then becomes the VM instead of its parent: signals reach the broker itself.
    RUNNING_UNDER_SYSTEMD: '1',
  })
}

function writeConfiguration(directory: string, ports: Ports, certificate: Certificate | undefined): void {
  const tls = certificate && [
    `listeners.ssl.1 = 127.0.0.1:${ports.tls}`,
    `ssl_options.certfile = ${certificate.certificate}`,
    `ssl_options.keyfile = ${certificate.key}`,
    `ssl_options.cacertfile = ${certificate.certificate}`,
    'ssl_options.verify = verify_none',
  ]
  const lines = [
    `listeners.tcp.1 = 127.0.0.1:${ports.amqp}`,
    'management.tcp.ip = 127.0.0.1',
    `management.tcp.port = ${ports.management}`,
    'default_user = guest',
    'default_pass = guest',
    `vm_memory_high_watermark.absolute = ${MEMORY_LIMIT}`,
    'disk_free_limit.absolute = 50MB',
    'log.console = false',
    'log.file.level = warning',
    ...(tls ?? []),
  ]
  writeFileSync(join(directory, 'rabbitmq.conf'), `${lines.join('\n')}\n`)
  writeFileSync(join(directory, 'enabled_plugins'), '[rabbitmq_management].\n')
}

/** Runs a program with its output in a file; its end is told by `exited`. */
function launch(program: string, args: readonly string[], directory: string, env: NodeJS.ProcessEnv) {
  const log = openSync(join(directory, 'out.log'), 'a')
  // In a session of its own: Ctrl-C in the terminal is for the test runner, which stops it in order.
  const child = spawn(program, args, { env, cwd: directory, detached: true, stdio: ['ignore', log, log] })
  closeSync(log)
  const exited = new Promise<void>((resolve) => {
    child.once('exit', () => resolve())
    child.once('error', () => resolve())
  })
  return { child, exited }
}

/**
 * Ends what we started when this process dies without stopping it (kill -9, a crash of the test runner): its end of the
 * pipe closes then.
 */
function guard(directory: string): ChildProcess {
  const script = 'read -r _; for f in "$0"/*.pid; do kill -9 "$(cat "$f")"; done; rm -rf "$(dirname "$0")"'
  const child = spawn('/bin/sh', ['-c', script, directory], { detached: true, stdio: ['pipe', 'ignore', 'ignore'] })
  child.unref()
  return child
}

export interface Certificate {
  /** Files in PEM. */
  certificate: string
  key: string
}

/** Starts a RabbitMQ; throws with its last words when it does not come up. */
export async function startRabbitMq(options: { certificate?: Certificate } = {}): Promise<RabbitMq> {
  const program = await provideRabbitMq()
  const home = createTempHome('stv-rmq-')
  const [amqp = 0, tls = 0, management = 0, epmd = 0, distribution = 0] = await freePorts(5)
  const ports: Ports = { amqp, tls, management, epmd, distribution }
  writeConfiguration(home.path, ports, options.certificate)
  const guardian = guard(home.path)
  const broker = controlled(program, home.path, ports)
  const stop = async () => {
    await broker.end()
    guardian.kill('SIGKILL')
    home.remove()
  }
  try {
    await broker.start()
  } catch (error) {
    await stop()
    throw error
  }
  return { ...broker, stop }
}

function controlled(program: RabbitMqProgram, directory: string, ports: Ports) {
  const env = environment(directory, ports)
  const managementUrl = `http://127.0.0.1:${ports.management}`
  const api = openManagement(managementUrl)
  const url = `amqp://guest:guest@127.0.0.1:${ports.amqp}`
  let beam: ReturnType<typeof launch> | undefined
  let epmd: ReturnType<typeof launch> | undefined

  const run = (name: string, path: string, args: readonly string[]) => {
    const started = launch(path, args, directory, env)
    writeFileSync(join(directory, `${name}.pid`), String(started.child.pid))
    return started
  }
  const ctl = async (...args: string[]): Promise<string> => {
    const result = await runCommand(program.ctl, args, { env })
    if (result.code !== 0) throw new Error(`rabbitmqctl ${args.join(' ')}: ${result.stdout}${result.stderr}`)
    return result.stdout
  }
  const kill9 = async (): Promise<void> => {
    beam?.child.kill('SIGKILL')
    await beam?.exited
  }
  return {
    url,
    urlOf: (vhost: string) => `${url}/${encodeURIComponent(vhost)}`,
    tlsPort: ports.tls,
    management: api,
    managementUrl,
    ctl,
    kill9,
    async start(): Promise<void> {
      // Ours, in the foreground: the one that Erlang would start itself outlives everything.
      epmd ??= run('epmd', program.epmd, ['-port', String(ports.epmd), '-address', '127.0.0.1'])
      const started = run('beam', program.server, [])
      beam = started
      // The management API listens last; its answer means that all the rest does.
      const up = waitUntil('RabbitMQ starts', () => api.queues('/').then(() => true), START_TIMEOUT_MS)
      const ended = started.exited.then(() => {
        throw new Error(`RabbitMQ ended at once: ${readFileSync(join(directory, 'out.log'), 'utf8').slice(-2_000)}`)
      })
      // Whoever loses the race must not become an unhandled rejection: it always loses in the end.
      ended.catch(() => undefined)
      up.catch(() => undefined)
      await Promise.race([up, ended])
    },
    pause: () => void beam?.child.kill('SIGSTOP'),
    resume: () => void beam?.child.kill('SIGCONT'),
    setMemoryAlarm: async (on: boolean) => {
      await ctl('set_vm_memory_high_watermark', 'absolute', on ? MEMORY_ALARM : MEMORY_LIMIT)
    },
    dropConnections: async () => {
      await ctl('close_all_connections', '--global', 'a test cuts it')
    },
    /** Ends both processes. Nothing on disk is worth an orderly shutdown, which takes seconds. */
    async end(): Promise<void> {
      await kill9()
      epmd?.child.kill('SIGKILL')
      await waitUntil('epmd ends', () => epmd?.exited.then(() => true) ?? true, STOP_TIMEOUT_MS)
    },
  }
}
