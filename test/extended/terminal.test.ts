import { execFileSync, spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'

/** The dashboard and the demonstration in a real terminal, with keys pressed as a person does. */

const ROOT = new URL('../..', import.meta.url).pathname
const hasTmux = spawnSync('tmux', ['-V']).error === undefined
if (!hasTmux) console.warn('skipped: tmux is not installed (Debian package tmux)')

const SCENARIO = `
story: Two lines, for a terminal.
fleet: { lines: 2, devicesPerLine: 20, noise: quiet }
release:
  version: 2.4.0
  replaces: 2.3.1
  data: { writes: 7, reads: [6, 7, 8] }
  shadow: { writes: "2.0", reads: ["1.0", "2.0"] }
start: 2026-03-02T14:00[Europe/Berlin]
`

let folder: string
let server: string
const tmux = (...args: string[]): string => execFileSync('tmux', ['-L', server, '-u', ...args], { encoding: 'utf8' })
const shown = (): string => tmux('capture-pane', '-p', '-t', 'main')
const keys = (...pressed: string[]): void => void tmux('send-keys', '-t', 'main', ...pressed)
const typed = (line: string): void => keys(line, 'Enter')

async function until(what: string | RegExp, limitMs = 30_000): Promise<string> {
  const endMs = performance.now() + limitMs
  for (;;) {
    const text = shown()
    if (typeof what === 'string' ? text.includes(what) : what.test(text)) return text
    if (performance.now() > endMs) throw new Error(`never saw ${what}; the terminal shows\n${text}`)
    await sleep(50)
  }
}

/** `stty -a` of the terminal as the shell in it sees it. */
async function settings(mark: string): Promise<string> {
  typed(`clear; stty -a; echo ${mark}-end`)
  const text = await until(new RegExp(`^${mark}-end`, 'm'))
  return text.slice(0, text.indexOf(`${mark}-end`))
}

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'terminal-'))
  server = `rehearse-${process.pid}-${folder.slice(-6)}`
  writeFileSync(join(folder, 'small.yaml'), SCENARIO)
  const { CI: _, ...env } = process.env
  execFileSync(
    'tmux',
    ['-L', server, '-u', '-f', '/dev/null', 'new-session', '-d', '-s', 'main', '-x', '100', '-y', '30', 'bash --norc'],
    {
      cwd: folder,
      env: { ...env, LANG: 'C.UTF-8' },
    },
  )
})
afterEach(() => {
  tmux('kill-server')
  rmSync(folder, { recursive: true, force: true })
})

const RUN = `node ${ROOT}dist/scenarios/cli/main.js run small.yaml --level model --out out --pace 60x`

describe.skipIf(!hasTmux)('the dashboard in a terminal', () => {
  it('does what keys ask for, and leaves the terminal as it was', async () => {
    const before = await settings('before')
    typed(RUN)
    await until('stages')
    keys('Space')
    await until('paused')
    const stopped = /Mon 02 \d\d:\d\d/.exec(await until('paused'))?.[0] as string
    keys('Right')
    await until(new RegExp(`Mon 02 (?!${stopped.slice(-5)})\\d\\d:\\d\\d`))
    keys('+')
    keys('Space')
    await until('300x')
    keys('?')
    await until('any key closes this')
    keys('Escape')
    await until(/^(?!.*any key closes this)/s)
    keys('Tab')
    await until('metrics')
    tmux('resize-window', '-t', 'main', '-x', '130', '-y', '42')
    await until('rollback latency')
    tmux('resize-window', '-t', 'main', '-x', '60', '-y', '15')
    await until('rehearse needs 80 x 24')
    tmux('resize-window', '-t', 'main', '-x', '100', '-y', '30')
    await until('stages')
    keys('q')
    await until('interrupted; no report was written')
    expect(await settings('after')).toBe(before)
  })

  it.each(['model', 'wire'])('obeys p, f and a at %s level, and says so in the end', async (level) => {
    typed(`clear; ${RUN.replace('60x', '300x').replace('model', level)} --dashboard`)
    await until('soaking')
    keys('Space')
    await until('paused')
    keys('p')
    await until(/pause by \S+: /)
    keys('p')
    await until(/resume by/)
    keys('f')
    await until('inject a fault')
    keys('Down', 'Enter')
    await until('target: all devices that run 2.4.0')
    keys('Down')
    await until('target: line 1')
    keys('Right', 'Right')
    await until('target: line-01-02')
    keys('Enter')
    await until('injected: memory-leak on line-01-02')
    keys('Space')
    await until('fault memory-leak began on line-01-02')
    keys('a')
    await until(/abort by \S+: /)
    keys('+', '+', '+')
    await until('the rehearsal has ended  tab view')
    keys('f', 'q')
    await until(/interventions +4; this run cannot be reproduced from its seed alone/)
  })

  it('ends with Ctrl-C as with q', async () => {
    const before = await settings('before')
    typed(`${RUN}; echo "code $?"`)
    await until('stages')
    keys('C-c')
    await until('code 130')
    expect(await settings('after')).toBe(before)
  })

  it('goes on when its screen is killed, with the terminal as it was', async () => {
    const before = await settings('before')
    typed(`${RUN.replace('60x', '3600x')} --until 12h`)
    await until('stages')
    killScreen()
    await until('SMALL: INCONCLUSIVE')
    expect(await settings('after')).toBe(before)
  })

  it('can still be interrupted when its screen was killed', async () => {
    typed(`${RUN}; echo "code $?"`)
    await until('stages')
    killScreen()
    await until(/^bash-.* node /m) // back from the other screen
    keys('C-c')
    await until('code 130')
  })

  it('plays the demonstration to its table, which stays until a key is pressed', async () => {
    typed(`clear; node ${ROOT}dist/scenarios/cli/main.js demo --pace max`)
    const end = await until('any key ends')
    expect(end).toContain('trade-off')
    expect(end).toMatch(/devices exposed +340 +340 +17 +17/)
    keys('x')
    await until(/^ +devices exposed +340 +340 +17 +17$/m)
  })

  it('ends the demonstration by itself where nobody is to press a key', async () => {
    typed(`clear; node ${ROOT}dist/scenarios/cli/main.js demo --pace max --no-wait; echo "code $?"`)
    await until('code 0')
  })
})

describe('without a terminal', () => {
  it.each([
    // Two hours decide nothing.
    ['run', 2, ['run', 'small.yaml', '--level', 'model', '--until', '2h', '--out', 'out', '--dashboard']],
    ['demo', 0, ['demo']],
  ] as const)('%s prints plain lines only', (_, exitCode, args) => {
    const { status, stdout, stderr } = spawnSync('node', [`${ROOT}dist/scenarios/cli/main.js`, ...args], {
      cwd: folder,
      encoding: 'utf8',
    })
    expect(status).toBe(exitCode)
    expect(stdout).not.toBe('')
    expect(stdout + stderr).toMatch(/^[\n\x20-\x7e]*$/)
  })
})

function killScreen(): void {
  const shell = Number(tmux('display-message', '-p', '-t', 'main', '#{pane_pid}'))
  const screen = descendants(shell).find(({ command }) => command.includes('dashboard/main.js'))
  process.kill(screen?.pid as number, 'SIGKILL')
}

/** Every process below one, from Linux's own list. */
function descendants(of: number): { readonly pid: number; readonly command: string }[] {
  const all = execFileSync('ps', ['-eo', 'pid=,ppid=,args='], { encoding: 'utf8' })
    .split('\n')
    .flatMap((line) => {
      const [, pid, parent, command] = /^\s*(\d+)\s+(\d+)\s+(.*)$/.exec(line) ?? []
      return pid === undefined ? [] : [{ pid: Number(pid), parent: Number(parent), command: command as string }]
    })
  const below = (pid: number): typeof all =>
    all.filter(({ parent }) => parent === pid).flatMap((one) => [one, ...below(one.pid)])
  return below(of)
}
