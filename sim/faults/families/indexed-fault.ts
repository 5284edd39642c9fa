/** A fault of the scenario with its index in the scenario's list: the index names its random draws and its ground truth. */
export interface IndexedSpec<Spec> {
  readonly index: number
  readonly spec: Spec & { readonly kind: string }
}

/** The same with what its definition made of it. */
export interface IndexedFault<Spec, Fault> extends IndexedSpec<Spec> {
  readonly fault: Fault
}
