import { expect, it } from 'vitest'
import { requireOpenFiles } from '../../../sim/wire/open-files.ts'

it('refuses at the start, with the number of open files that the fleet needs and how to raise the limit', () => {
  expect(() => requireOpenFiles(340, 1_024)).not.toThrow()
  expect(() => requireOpenFiles(3_400, 1_024)).toThrow(
    '3400 connections need 6900 open files, 1024 are allowed: run "ulimit -n 6900" first, or use --connections multiplexed or --level model',
  )
})
