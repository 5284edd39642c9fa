/** `make`, with each result kept for as long as its argument: a container computes the same at every evaluation. */
export function memoized<Key extends object, Value>(make: (key: Key) => Value): (key: Key) => Value {
  const known = new WeakMap<Key, { readonly value: Value }>()
  return (key) => {
    let kept = known.get(key)
    if (kept === undefined) {
      kept = { value: make(key) }
      known.set(key, kept)
    }
    return kept.value
  }
}
