/** Tools of opencode that do what those of Claude Code do, whose names and inputs the approvals and lists know. */
const NAMES: Readonly<Record<string, string>> = {
  bash: 'Bash',
  edit: 'Edit',
  write: 'Write',
  read: 'Read',
  grep: 'Grep',
  glob: 'Glob',
  webfetch: 'WebFetch',
  task: 'Task',
  todowrite: 'TodoWrite',
}

/** The tool's name as the rest of Stratavore knows it; its own where nothing is like it. */
export const nameOf = (tool: string): string => (NAMES[tool] ?? tool).slice(0, 200)

const snakeCase = (name: string): string => name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`)

/** What a tool is called with, its names written as the rest of Stratavore knows them (`filePath`: `file_path`). */
export function inputOf(args: unknown): Record<string, unknown> {
  if (typeof args !== 'object' || args === null || Array.isArray(args)) return {}
  return Object.fromEntries(Object.entries(args).map(([name, value]) => [snakeCase(name), value]))
}
