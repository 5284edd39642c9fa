/** Commander's runtime, with the types that infer options and arguments from their flags. Erased when compiled. */
declare module 'commander' {
  export * from '@commander-js/extra-typings'
}
