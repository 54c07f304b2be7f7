import { runCli } from './run-cli'
import { inertLine } from './text/inert-text'

/** A reader that went away (`stratavore runners | head -1`) is no failure. */
function endOnClosedPipe(stream: NodeJS.WriteStream): void {
  stream.on('error', (error: NodeJS.ErrnoException) => process.exit(error.code === 'EPIPE' ? 0 : 1))
}

endOnClosedPipe(process.stdout)
endOnClosedPipe(process.stderr)
process.on('uncaughtException', (error) => {
  process.stderr.write(`stratavore: ${inertLine(error.message)}\n`)
  process.exit(1)
})

const { env, stdin, stdout, stderr } = process
const exitCode = await runCli(process.argv.slice(2), {
  env,
  cwd: process.cwd(),
  stdin,
  stdout,
  stderr,
  now: () => new Date(),
})
// A pipe takes what is written only as fast as its reader reads.
await Promise.all([stdout, stderr].map((stream) => new Promise((resolve) => stream.write('', resolve))))
// Idle keep-alive connections must not hold the prompt back.
process.exit(exitCode)
