/** A program that has the whole screen, what it is started with, what it is typed, and how it is left. */
export interface FullScreenProgram {
  name: string
  start: string
  keys: readonly string[]
  end: string
}

export const VIM: FullScreenProgram = {
  name: 'vim',
  start: 'vim -u NONE -N -n /etc/services',
  keys: ['j', '\x06', '\x02', 'G', 'gg', 'ihello\x1b', 'dd', 'u', '/tcp\r', 'n', ':set nu\r', 'zz', 'o日本語\x1b'],
  end: '\x1b:q!\r',
}
export const LESS: FullScreenProgram = {
  name: 'less',
  start: 'less /etc/services',
  keys: ['j', ' ', 'b', 'G', 'g', '/tcp\r', 'n', 'd', 'u'],
  end: 'q',
}
export const TMUX: FullScreenProgram = {
  name: 'tmux',
  start: 'tmux -f /dev/null -L stratavore-test new-session bash --norc',
  keys: ['ls -l /etc\r', '\x02%', '\x02"', '\x02o', '\x02[', 'q', 'clear\r', 'printf "\\e[31mred\\e[m\\n"\r'],
  end: '\x02:kill-server\r',
}
/** Draws again and again by itself. */
export const HTOP: FullScreenProgram = {
  name: 'htop',
  start: 'htop -d 5',
  keys: ['\x1b[B', '\x1b[A', 't', 'H', 'I'],
  end: 'q',
}
