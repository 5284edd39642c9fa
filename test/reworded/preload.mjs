import { MESSAGES } from '../../dist/reports/messages/registry.js'
import { reword } from './reword.mjs'

/** With `--import`: what runs in processes and threads that tests start. */
reword(MESSAGES)
