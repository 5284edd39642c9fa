/** Characters that a terminal, an editor or a browser obeys instead of showing, but for line ends and tabs. */
const CONTROLS = /(?![\n\r\t])[\p{Cc}\p{Zl}\p{Zp}\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069\ufeff]/gu

/** The text with every control character written as its escape, such as `\u001b`. Inside JSON it remains the same text. */
export const printable = (text: string): string =>
  text.replace(CONTROLS, (one) => `\\u${one.charCodeAt(0).toString(16).padStart(4, '0')}`)

/** The same on one line. */
export const printableLine = (text: string): string => printable(text.replace(/[\r\n\t]+/g, ' '))
