import { runBundle } from './bundled-program'
import { type CliProcess, createCli, type GlobalOptions } from './cli'
import { explainError } from './cli-error'
import { ExitCode } from './exit-code'
import { createProgram } from './program'

/** Runs one command line (without node and the program) and returns its exit code. Never throws. */
export async function runCli(args: readonly string[], process: CliProcess): Promise<number> {
  let exitCode: number = ExitCode.ok
  let options: GlobalOptions = {}
  const cli = createCli(
    process,
    () => options,
    (code) => {
      exitCode = code
    },
  )
  try {
    // The launcher reads its own flags, `--help` included.
    if (args[0] === 'up') return await runBundle('launcher', args.slice(1), process)
    const program = createProgram(cli)
    program.hook('preAction', () => {
      options = program.opts<GlobalOptions>()
    })
    await program.parseAsync([...args], { from: 'user' })
    return exitCode
  } catch (error) {
    const { line, exitCode: code } = explainError(error)
    if (line !== null) cli.warn(`stratavore: ${line}`)
    return code
  }
}
