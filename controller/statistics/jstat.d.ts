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
    /** Chance of at least `a` Poisson events of mean `x`. */
    lowRegGamma(a: number, x: number): number
    /** Chance of at least `a` of `a + b - 1`, each of chance `x`. */
    ibeta(x: number, a: number, b: number): number | false
  }
  export default jStat
}
