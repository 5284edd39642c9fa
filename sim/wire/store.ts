import { EventEmitter } from 'node:events'
import dynalite from 'dynalite'
import type { HttpResponse } from '../protocol/rest-json.ts'

/** What dynalite demands of the headers; who may call has been checked before. */
const HEADERS = {
  'content-type': 'application/x-amz-json-1.0',
  'x-amz-date': '20260302T120000Z',
  authorization: 'AWS4-HMAC-SHA256 Credential=k/20260302/r/dynamodb/aws4_request, SignedHeaders=host, Signature=s',
}

/**
 * The DynamoDB API, in memory, without the seconds that AWS needs to create a table. It listens nowhere: whoever may use it
 * calls it in this process.
 */
export class Store {
  readonly #dynalite = dynalite({ createTableMs: 0, deleteTableMs: 0, updateTableMs: 0 })

  /** Answers one request; `target` is its `x-amz-target`. Rejects with what dynalite throws before it has begun. */
  call(target: string, body: Buffer): Promise<HttpResponse> {
    return new Promise((resolve) => {
      const request = Object.assign(new EventEmitter(), { method: 'POST', url: '/', headers: targeted(target) })
      this.#dynalite.emit('request', request, new StoreResponse(resolve))
      request.emit('data', body)
      request.emit('end')
    })
  }
}

const targeted = (target: string): Readonly<Record<string, string>> => ({ ...HEADERS, 'x-amz-target': target })

/** As much of a response of Node as dynalite uses. */
class StoreResponse {
  statusCode = 200
  readonly #headers: Record<string, string> = {}
  readonly #done: (response: HttpResponse) => void

  constructor(done: (response: HttpResponse) => void) {
    this.#done = done
  }

  setHeader(name: string, value: unknown): void {
    this.#headers[name.toLowerCase()] = String(value)
  }

  end(text: string): void {
    this.#done({ statusCode: this.statusCode, headers: this.#headers, body: Buffer.from(text) })
  }
}
