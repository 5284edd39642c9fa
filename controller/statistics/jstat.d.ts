/** The parts of jstat that are used; the package brings no types. */
declare module 'jstat' {
  interface Distribution {
    cdf(x: number, ...parameters: number[]): number
    inv(p: number, ...parameters: number[]): number
  }
  const jStat: {
    readonly normal: Distribution
    readonly gamma: Distribution
    readonly studentt: Distribution
    median(values: readonly number[]): number
  }
  export default jStat
}
