import { spawnSync } from 'node:child_process'

/** The parts of a terminal that a full-screen program uses. */
export interface Terminal {
  readonly stdout: { write(text: string): unknown }
  /** Saves the terminal's settings; returns the function that restores them. */
  keep(): () => void
}

/** Leaves the other screen, shows the cursor, ends mouse and keypad modes: for a screen that died without doing so. */
const RESET_SCREEN = '\u001b[?1049l\u001b[?25h\u001b[?1000l\u001b[?1002l\u001b[?1006l\u001b[?1l\u001b>'

/** Node can only restore settings that it made itself; raw mode is set by the screen process, so `stty` restores it. */
export const ownTerminal = (stdout: Terminal['stdout']): Terminal => ({
  stdout,
  keep() {
    const { status, stdout: settings } = stty('-g')
    return () => {
      stdout.write(RESET_SCREEN)
      if (status === 0) stty(settings.trim())
    }
  },
})

const stty = (argument: string) =>
  spawnSync('stty', [argument], { stdio: ['inherit', 'pipe', 'ignore'], encoding: 'utf8' })
