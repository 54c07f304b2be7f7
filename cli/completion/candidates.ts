import type { Command, Option } from 'commander'

/** What may come next; `dynamic` asks for names only the server knows. */
export interface Candidates {
  words: string[]
  dynamic: 'projects' | 'runners' | null
}

const NOTHING: Candidates = { words: [], dynamic: null }

const findCommand = (command: Command, word: string): Command | undefined =>
  command.commands.find((one) => one.name() === word || one.aliases().includes(word))

function visibleOptions(command: Command): Option[] {
  const own = command.createHelp().visibleOptions(command)
  return command.parent ? [...own, ...command.parent.options.filter((option) => !own.includes(option))] : own
}

const findOption = (command: Command, flag: string): Option | undefined =>
  visibleOptions(command).find((option) => option.long === flag || option.short === flag)

/** Project or runner names, by what the argument is called in the help. */
function dynamicOf(argument: string | undefined): Candidates['dynamic'] {
  if (argument === 'project') return 'projects'
  return argument === 'id' ? 'runners' : null
}

/** What may stand in place of the last of `words` (the line after the program's name, the last one half typed). */
export function candidatesFor(program: Command, words: readonly string[]): Candidates {
  let command = program
  let operands = 0
  let awaiting: Option | undefined
  for (const word of words.slice(0, -1)) {
    if (awaiting) awaiting = undefined
    else if (word.startsWith('-')) {
      const option = findOption(command, word)
      awaiting = option && (option.required || option.optional) && !word.includes('=') ? option : undefined
    } else {
      const next = operands === 0 ? findCommand(command, word) : undefined
      if (next) command = next
      else operands += 1
    }
  }
  const typed = words.at(-1) ?? ''
  if (awaiting) return awaiting.argChoices ? { words: awaiting.argChoices, dynamic: null } : optionValue(awaiting)
  if (typed.startsWith('-'))
    return { words: visibleOptions(command).flatMap((option) => (option.long ? [option.long] : [])), dynamic: null }
  const subcommands =
    operands === 0
      ? command
          .createHelp()
          .visibleCommands(command)
          .map((one) => one.name())
      : []
  const { registeredArguments } = command
  const argument = registeredArguments[operands] ?? registeredArguments.findLast((one) => one.variadic)
  if (subcommands.length === 0 && !argument) return NOTHING
  return { words: [...subcommands, ...(argument?.argChoices ?? [])], dynamic: dynamicOf(argument?.name()) }
}

const optionValue = (option: Option): Candidates =>
  option.long === '--project' ? { words: [], dynamic: 'projects' } : NOTHING
