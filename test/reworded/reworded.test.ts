import { execFileSync } from 'node:child_process'
import { Worker } from 'node:worker_threads'
import { expect, it } from 'vitest'
import { textOf as textOfController } from '../../controller/messages/registry.ts'
import { MESSAGES, textOf } from '../../reports/messages/registry.ts'

const NO_ROLLOUT = { code: 'NO_ROLLOUT', data: {} }
const REGISTRY = new URL('../../dist/reports/messages/registry.js', import.meta.url).href
const SCRIPT = `import { textOf } from '${REGISTRY}'; const text = textOf({ code: 'NO_ROLLOUT', data: {} });`

it('replaces every text, each by another one', () => {
  const texts = Object.keys(MESSAGES).map((code) => textOf({ code, data: {} }))
  expect(new Set(texts).size).toBe(texts.length)
  for (const text of texts) expect(text).toMatch(/^(\w+ ){3}\w+$/)
  expect(textOfController(NO_ROLLOUT)).toBe(textOf(NO_ROLLOUT))
})

it('reaches the processes and threads that tests start', async () => {
  const script = `${SCRIPT} process.stdout.write(text)`
  expect(execFileSync(process.execPath, ['--input-type=module', '-e', script], { encoding: 'utf8' })).toBe(
    textOf(NO_ROLLOUT),
  )
  const thread = `${SCRIPT} import { parentPort } from 'node:worker_threads'; parentPort.postMessage(text)`
  const worker = new Worker(new URL(`data:text/javascript,${encodeURIComponent(thread)}`))
  expect(await new Promise((resolve) => worker.once('message', resolve))).toBe(textOf(NO_ROLLOUT))
})
