import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import type { ProviderId } from '@/contracts/provider/provider'

/** What a program in a sandbox could leave for the next one outside of it; paths are below the home. */
export interface StateOfProgram {
  provider: Exclude<ProviderId, 'echo' | 'shell'>
  /** What its user has, of which a sandbox may change `kept` only. */
  seeded: Readonly<Record<string, string>>
  /** Conversations and sign-ins: what it writes here its user has. */
  kept: readonly string[]
  /** What its user's next program would start or obey. */
  obeyed: readonly string[]
  /** Of `obeyed`, what its project's next sandbox has again. */
  own: readonly string[]
}

export const STATES: readonly StateOfProgram[] = [
  {
    provider: 'claude',
    seeded: {
      '.claude.json': '{"mcpServers":{}}',
      '.claude/agents/mine.md': 'mine',
      '.claude/.credentials.json': '{}',
    },
    kept: ['.claude/projects/a.jsonl', '.claude/sessions/1.json', '.claude/.credentials.json'],
    obeyed: [
      ...['.claude.json', '.claude/.config.json', '.claude/CLAUDE.md', '.claude/settings.json'],
      ...['agents/new.md', 'agents/mine.md', 'commands/x.md', 'skills/x/SKILL.md', 'plugins/x.json', 'hooks/x.sh'].map(
        (name) => `.claude/${name}`,
      ),
      ...['jobs/x.json', 'daemon/x.json', 'shell-snapshots/x.sh', 'session-env/x.sh'].map((name) => `.claude/${name}`),
    ],
    own: ['.claude.json'],
  },
  {
    provider: 'codex',
    seeded: { '.codex/auth.json': '{}', '.codex/prompts/mine.md': 'mine' },
    kept: ['.codex/sessions/a.jsonl', '.codex/auth.json'],
    obeyed: [
      'config.toml',
      'prompts/mine.md',
      'prompts/x.md',
      'rules/x.rules',
      'skills/x/SKILL.md',
      'hooks.json',
      '.env',
    ].map((name) => `.codex/${name}`),
    own: [],
  },
  {
    provider: 'gemini',
    seeded: { '.gemini/oauth_creds.json': '{}', '.gemini/trustedFolders.json': '{}', '.gemini/projects.json': '{}' },
    kept: ['.gemini/tmp/p/chats/a.jsonl', '.gemini/oauth_creds.json'],
    obeyed: [
      ...['settings.json', 'trustedFolders.json', 'trusted_hooks.json', '.env', 'projects.json', 'GEMINI.md'],
      ...[
        'extensions/x/gemini-extension.json',
        'commands/x.toml',
        'policies/x.toml',
        'tmp/bin/rg',
        'history/p/.git/config',
      ],
    ].map((name) => `.gemini/${name}`),
    own: ['.gemini/projects.json', '.gemini/tmp/bin/rg', '.gemini/history/p/.git/config'],
  },
  {
    provider: 'opencode',
    seeded: { '.local/share/opencode/auth.json': '{}', '.config/opencode/plugin/mine.js': 'mine' },
    kept: [],
    obeyed: [
      ...[
        'opencode.json',
        'plugin/x.js',
        'plugin/mine.js',
        'plugins/x.js',
        'package.json',
        'node_modules/x/index.js',
      ].map((name) => `.config/opencode/${name}`),
      ...['auth.json', 'opencode.db', 'bin/x', 'snapshot/x/config'].map((name) => `.local/share/opencode/${name}`),
      '.cache/opencode/node_modules/x/index.js',
    ],
    own: ['.local/share/opencode/auth.json', '.local/share/opencode/opencode.db'],
  },
]

/** Makes what the user has before. */
export function seed(home: string, files: Readonly<Record<string, string>>): void {
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(dirname(join(home, name)), { recursive: true })
    writeFileSync(join(home, name), text)
  }
}

/** Everything in a home with what it holds, but for what sandboxes have of their own. */
export function homeNow(home: string): Record<string, string> {
  const files = readdirSync(home, { recursive: true, withFileTypes: true }).filter((entry) => !entry.isDirectory())
  return Object.fromEntries(
    files
      .map((entry) => join(entry.parentPath, entry.name).slice(home.length + 1))
      .filter((name) => !name.startsWith('.local/state/stratavore/'))
      .map((name) => [name, readFileSync(join(home, name), 'utf8')]),
  )
}
