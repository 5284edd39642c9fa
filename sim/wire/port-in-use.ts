/** A requested loopback port is in use by another program. */
export class PortInUse extends Error {
  override readonly name = 'PortInUse'
  readonly exitCode = 70
  readonly port: number

  constructor(protocol: string, port: number) {
    super(`port ${port} for ${protocol} is in use; choose another or leave it out to let the system choose`)
    this.port = port
  }
}
