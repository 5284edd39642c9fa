/** The streams of a process, kept as text. */
export function recordedIo() {
  const text = { stdout: '', stderr: '' }
  return {
    text,
    stdout: { write: (more: string) => Object.assign(text, { stdout: text.stdout + more }) },
    stderr: { write: (more: string) => Object.assign(text, { stderr: text.stderr + more }) },
    once: () => undefined,
    off: () => undefined,
  }
}
