import { settingDefinition, settingNames, settingText } from './settings'

const code = (text: string): string => `\`${text}\``

/** The table of all settings in docs/configuration.md, as Markdown. */
export function settingsMarkdown(): string {
  const rows = settingNames.map((name) => {
    const { env, flag, fallback, secret, inFile, description } = settingDefinition(name)
    const shown =
      fallback === undefined || settingText(name, fallback) === '' ? 'none' : code(settingText(name, fallback))
    const note = secret === true ? ' Secret: never printed.' : ''
    return `| ${[
      inFile === false ? 'none' : code(name),
      code(env),
      flag === null ? 'none' : code(`--${flag}`),
      shown,
      description + note,
    ].join(' | ')} |`
  })
  return [
    '| in the file | variable | flag of `up` | default | what it is |',
    '| --- | --- | --- | --- | --- |',
    ...rows,
  ].join('\n')
}
