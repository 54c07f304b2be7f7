import type { Register } from './command'

/**
 * `up` for the help and the completion: its flags are the launcher's, so `runCli` hands it over before any of them is
 * read here.
 */
export const registerUp: Register = (program) => {
  program
    .command('up')
    .description('start everything and stay in front; see "stratavore up --help" for its flags')
    .argument('[flags...]', "the launcher's own")
    .allowUnknownOption()
    .helpOption(false)
}
