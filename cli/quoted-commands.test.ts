import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Command } from 'commander'
import { expect, it } from 'vitest'
import type { Cli } from './cli'
import { createProgram } from './program'

const ROOT = join(import.meta.dirname, '..')
/** Where people are told what to type. */
const PLACES = ['README.md', 'docs', 'agent', 'client', 'components', 'server']

const files = (place: string): string[] =>
  /\.\w+$/.test(place)
    ? [place]
    : readdirSync(join(ROOT, place), { recursive: true, encoding: 'utf8' })
        .filter((name) => /\.(md|tsx?)$/.test(name) && !/\.test\.|generated/.test(name))
        .map((name) => join(place, name))

/** What fills a gap: a word that is a name, a number and an id. */
const FILLER = '12345678'

const quoted = PLACES.flatMap(files).flatMap((file) =>
  [
    ...readFileSync(join(ROOT, file), 'utf8').matchAll(
      /`stratavore ([a-z][^`\n]*)`|(?:: |<code>)stratavore ([a-z][^\n`'"<]*)/g,
    ),
  ].map((match) => ({ file, line: (match[1] ?? match[2] ?? '').trim() })),
)

/** The words of a command line as documented: gaps filled, optional parts left out. */
const wordsOf = (line: string): string[] =>
  line
    .replaceAll(/\$\{[^}]*\}|<[^>]*>|…/g, FILLER)
    .replaceAll(/\[[^\]]*\]/g, '')
    // One of several words will do, and a sentence may end with a command.
    .replaceAll(/(\w+)(?:\|\w+)+/g, '$1')
    .replace(/\.$/, '')
    .split(/\s+/)
    .filter((word) => word !== '')

/** Every action of a program replaced by nothing: only the parsing is left. */
function silenced(command: Command): void {
  command.action(() => undefined).configureOutput({ writeOut: () => undefined, writeErr: () => undefined })
  command.exitOverride()
  for (const one of command.commands) silenced(one)
}

it('finds what is quoted, also in hints', () => {
  expect(quoted.length).toBeGreaterThan(20)
  expect(quoted.map(({ line }) => line)).toContainEqual(expect.stringMatching(/^quota set \$\{project\.name\}/))
})

it.each(quoted)('$file: stratavore $line', ({ line }) => {
  const program = createProgram({} as Cli)
  silenced(program)
  // A command that is only spoken of has to be there.
  if (program.commands.some((command) => command.name() === line)) return
  program.parse(wordsOf(line), { from: 'user' })
})
