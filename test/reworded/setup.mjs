import { MESSAGES } from '../../reports/messages/registry.ts'
import { reword } from './reword.mjs'

/** Before every test file: what runs in the process of the tests. */
reword(MESSAGES)
