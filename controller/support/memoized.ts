/** `make`, with each answer kept for as long as what it was made of: a container asks the same at look after look. */
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
