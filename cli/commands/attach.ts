import { type AttachChoices, attachTo } from '../attach/attach-to'
import { pickRunner } from '../picker'
import { resolveRunnerId } from '../runner-id'
import type { Register } from './command'

const HELP = `
Keys:
  Ctrl-]  detach; the runner goes on
  Ctrl-^  while somebody else drives: ask for the seat; twice while somebody asks for
          yours: give it to them
  Every other key, mouse, paste and focus report goes to the runner byte for byte.

One terminal drives, the others watch. Attaching takes the seat when it is free; --take takes it from whoever has it.

Exit codes: 0 when you detach or the runner ends well, 1 when it fails, else those of "stratavore --help".`

export const registerAttach: Register = (program, cli) => {
  program
    .command('attach')
    .description("connect this terminal to a runner's")
    .argument('[id]', 'runner name, or its id or a beginning of it; without it you are asked')
    .option('--read-only', 'only watch')
    .option('--take', "take the driver's seat, also from somebody else")
    .option('--clipboard', 'let the program put text into your clipboard (OSC 52)')
    .addHelpText('after', HELP)
    .action(async (typed: string | undefined, options: AttachChoices) => {
      const id = typed === undefined ? await pickRunner(cli) : await resolveRunnerId(cli.api(), typed)
      if (id !== null) await attachTo(cli, id, options)
    })
}
