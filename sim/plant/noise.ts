/**
 * Counter-based noise: every value is a pure function of (channel key, minute), so that an additional device or fault
 * changes no other values. Integers and table lookups only, so that every machine gives the same values.
 */

const TABLE_BITS = 16
const TABLE_SIZE = 1 << TABLE_BITS
/** Standard normal quantiles in steps of 1/65,536, rounded to 2^-20 so that differences of engines in the last digit have no effect. */
const NORMAL = makeNormalTable()

/** A well-mixed 32-bit integer. [source: lowbias32] */
export function hash32(value: number): number {
  let x = value | 0
  x = Math.imul(x ^ (x >>> 16), 0x7feb352d)
  x = Math.imul(x ^ (x >>> 15), 0x846ca68b)
  return (x ^ (x >>> 16)) >>> 0
}

/**
 * The key of one channel of a key. Two levels, so that streams cannot overlap by arithmetic. Signed, because engines store
 * a signed 32-bit integer without a separate object; a device has six.
 */
export const channelKey = (key: number, channel: number): number => hash32(key ^ Math.imul(channel + 1, 0x9e3779b1)) | 0

/** Uniform in [0, 1). */
export const uniformAt = (channel: number, minute: number): number => hash32(channel + minute) / 0x1_0000_0000

/** Standard normal, |z| <= 4.4. */
export const normalAt = (channel: number, minute: number): number =>
  NORMAL[hash32(channel + minute) >>> (32 - TABLE_BITS)] as number

/** Above this mean a Poisson count is as good as normal, and inversion is slow. */
const LARGE_MEAN = 30

/** A Poisson count from one uniform, by inversion. `none` is e^-mean, where known. */
export function poissonFrom(uniform: number, mean: number, none = expNegative(mean)): number {
  if (mean > LARGE_MEAN) {
    const z = NORMAL[Math.floor(uniform * TABLE_SIZE)] as number
    return Math.max(0, Math.round(mean + Math.sqrt(mean) * z))
  }
  let probability = none
  let cumulative = probability
  let count = 0
  while (uniform >= cumulative && count < 1_000) {
    count += 1
    probability *= mean / count
    cumulative += probability
  }
  return count
}

/** e^-x by a series of products, since Math.exp may differ in its last digit between engines. */
export function expNegative(x: number): number {
  let term = 1
  let sum = 1
  for (let n = 1; n < 60; n++) {
    term *= x / n
    sum += term
    if (term < 1e-17 * sum) break
  }
  return 1 / sum
}

/** A log-normal value from a standard normal one. */
export const logNormal = (median: number, spread: number, z: number): number =>
  z < 0 ? median * expNegative(-spread * z) : median / expNegative(spread * z)

function makeNormalTable(): Float64Array {
  const table = new Float64Array(TABLE_SIZE)
  for (let i = 0; i < TABLE_SIZE; i++) {
    const z = normalQuantile((i + 0.5) / TABLE_SIZE)
    table[i] = Math.round(z * 1_048_576) / 1_048_576
  }
  return table
}

/** Acklam's rational approximation of the inverse normal distribution, relative error below 1.2e-9. */
function normalQuantile(p: number): number {
  const low = 0.02425
  if (p > 1 - low) return -normalQuantile(1 - p)
  if (p < low) {
    const q = Math.sqrt(-2 * Math.log(p))
    const c = [
      -7.784894002430293e-3, -3.223964580411365e-1, -2.400758277161838, -2.549732539343734, 4.374664141464968,
      2.938163982698783,
    ]
    const d = [7.784695709041462e-3, 3.224671290700398e-1, 2.445134137142996, 3.754408661907416]
    return horner(c, q) / (horner(d, q) * q + 1)
  }
  const q = p - 0.5
  const r = q * q
  const a = [
    -3.969683028665376e1, 2.209460984245205e2, -2.759285104469687e2, 1.38357751867269e2, -3.066479806614716e1,
    2.506628277459239,
  ]
  const b = [-5.447609879822406e1, 1.615858368580409e2, -1.556989798598866e2, 6.680131188771972e1, -1.328068155288572e1]
  return (horner(a, r) * q) / (horner(b, r) * r + 1)
}

function horner(coefficients: readonly number[], x: number): number {
  return coefficients.reduce((sum, coefficient) => sum * x + coefficient, 0)
}
