/** Shells that can be completed for. */
export const SHELLS = ['bash', 'zsh', 'fish'] as const
export type Shell = (typeof SHELLS)[number]

/** Each asks the program itself (`__complete`), so that what it offers is never older than the program. */
const SCRIPTS: Record<Shell, string> = {
  bash: `_stratavore() {
  local IFS=$'\\n'
  COMPREPLY=($(compgen -W "$(stratavore __complete -- "\${COMP_WORDS[@]:1:COMP_CWORD}" 2>/dev/null)" -- "\${COMP_WORDS[COMP_CWORD]}"))
}
complete -o default -F _stratavore stratavore`,
  zsh: `#compdef stratavore
_stratavore() {
  local -a candidates
  candidates=("\${(@f)$(stratavore __complete -- "\${(@)words[2,CURRENT]}" 2>/dev/null)}")
  compadd -- \${candidates}
}
compdef _stratavore stratavore`,
  fish: `complete -c stratavore -f -a '(stratavore __complete -- (commandline -opc)[2..] (commandline -ct) 2>/dev/null)'`,
}

/** What a shell's start file evaluates. */
export const completionScript = (shell: Shell): string => SCRIPTS[shell]
