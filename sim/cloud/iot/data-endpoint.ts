/** No address can be reached by this name. [source: invalid-domain] */
const AT_MODEL_LEVEL = 'no-sockets-at-the-model-level.invalid'

/** Host and port where clients reach the data plane of the account, as DescribeEndpoint gives it. */
export class DataEndpoint {
  #address = AT_MODEL_LEVEL

  get address(): string {
    return this.#address
  }

  /** The level listens at `url`. */
  announce(url: string): void {
    this.#address = new URL(url).host
  }
}
