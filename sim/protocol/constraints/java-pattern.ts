/** Classes that Java and JavaScript name differently, as the inside of a character class. [source: java-patterns] */
const POSIX: Readonly<Record<string, string>> = {
  Lower: 'a-z',
  Upper: 'A-Z',
  ASCII: '\\x00-\\x7F',
  Alpha: 'a-zA-Z',
  Digit: '0-9',
  Alnum: '0-9a-zA-Z',
  Punct: '!-\\/:-@\\[-`\\{-~',
  Graph: '!-~',
  Print: '\\x20-~',
  Blank: ' \\t',
  Cntrl: '\\x00-\\x1F\\x7F',
  XDigit: '0-9a-fA-F',
  Space: ' \\t\\n\\v\\f\\r',
}

/** The same texts without a group that repeats within itself, which would take a time exponential in the text's length. */
const REWRITTEN: Readonly<Record<string, string>> = {
  '^[ \\t]*[\\x20-\\x7E]+([ \\t]+[\\x20-\\x7E]+)*[ \\t]*$': '[ \\t]*[\\x20-\\x7E][\\t\\x20-\\x7E]*',
}

/** Characters that may be escaped under the flag `u`. */
const SYNTAX = '^$\\.*+?()[]{}|/'
const IN_CLASS = `${SYNTAX}-`

/**
 * A pattern of AWS, which is one of Java, in the syntax of JavaScript's flag `u`.
 * @throws Error for what JavaScript cannot express
 */
export function fromJava(pattern: string): string {
  const translated = REWRITTEN[pattern] ?? new Translation(pattern).run()
  new RegExp(`^(?:${translated})$`, 'u') // throws
  return translated
}

class Translation {
  readonly #pattern: string
  #position = 0
  #isInClass = false

  constructor(pattern: string) {
    this.#pattern = pattern
  }

  run(): string {
    let translated = ''
    while (this.#position < this.#pattern.length) translated += this.#next()
    return translated
  }

  #next(): string {
    const rest = this.#pattern.slice(this.#position)
    const escaped = /^\\(?:[pP]\{\w+\}|x[0-9a-fA-F]{2}|u[0-9a-fA-F]{4}|.)/su.exec(rest)?.[0]
    if (escaped !== undefined) return this.#take(escaped, this.#escape(escaped))
    const [char] = rest as unknown as [string]
    if (this.#isInClass) return this.#take(char, this.#charInClass(char, rest))
    if (/^[*+?}]\+/.test(rest)) throw new Error(`possessive quantifier in ${this.#pattern}`)
    if (/^\(\?(?![:=!<])/.test(rest)) throw new Error(`inline flag in ${this.#pattern}`)
    if (char === '[') this.#isInClass = true
    return this.#take(char, char)
  }

  #charInClass(char: string, rest: string): string {
    if (rest.startsWith('&&')) throw new Error(`intersection of classes in ${this.#pattern}`)
    if (char === ']') this.#isInClass = false
    if (char === '[') return '\\['
    return char === '-' && !this.#isRange() ? '\\-' : char
  }

  /** Between two single characters a `-` makes a range; JavaScript refuses it next to a class such as `\\w`. */
  #isRange(): boolean {
    const before = this.#pattern.slice(0, this.#position)
    const after = this.#pattern.slice(this.#position + 1)
    return !/\\[wWdDsS]$|\}$/.test(before) && !/^\\[wWdDsSpP]/.test(after)
  }

  #escape(escaped: string): string {
    const name = /^\\p\{(\w+)\}$/.exec(escaped)?.[1]
    if (name !== undefined && POSIX[name] !== undefined) {
      return this.#isInClass ? POSIX[name] : `[${POSIX[name]}]`
    }
    const char = escaped[1] as string
    if (escaped.length > 2 || /[a-zA-Z0-9]/.test(char)) return escaped
    return (this.#isInClass ? IN_CLASS : SYNTAX).includes(char) ? escaped : char
  }

  #take(source: string, translated: string): string {
    this.#position += source.length
    return translated
  }
}
