// Reads the value of sasl.jaas.config as Kafka's JaasConfig does: MODULE FLAG NAME=VALUE…; with comments, quotes and
// escapes in quotes. Errors never repeat the text, which contains a password.

import { KsError } from '../model/errors.ts'

/** What a login module is given. */
export interface JaasEntry {
  /** Name of the Java class. */
  readonly loginModule: string
  readonly options: ReadonlyMap<string, string>
}

// A word, a quoted text, `=` or `;`. Unlike Java's tokenizer, words may begin with a digit and contain more than letters.
const token = /\s+|\/\/[^\n]*|\/\*[^]*?\*\/|"((?:\\[^]|[^"\\\n])*)"|'((?:\\[^]|[^'\\\n])*)'|([=;])|([^\s=;"']+)/y

interface Token {
  readonly text: string
  /** True for `=` and `;` outside of quotes. */
  readonly isSign: boolean
}

/** The login module and its options; `where` names the property in errors. Throws KsError config. */
export const parseJaasConfig = (text: string, where: string): JaasEntry => {
  const wrong = (what: string): KsError =>
    new KsError('config', `${where}: ${what}`, {
      hint: 'it looks like this: org.apache.kafka.common.security.plain.PlainLoginModule required username="me" password="…";',
    })
  const tokens = tokensOf(text)
  if (tokens === undefined) throw wrong('a quote is not closed')
  const next = (): Token | undefined => tokens.shift()
  const loginModule = next()
  if (loginModule === undefined || loginModule.isSign) throw wrong('it does not begin with a login module')
  const control = next()
  if (control === undefined || !/^(required|requisite|sufficient|optional)$/i.test(control.text)) {
    throw wrong('the login module is not followed by `required`')
  }
  const options = new Map<string, string>()
  for (let name = next(); ; name = next()) {
    if (name === undefined) throw wrong('it does not end with a semicolon')
    if (name.isSign && name.text === ';') break
    const equals = next()
    const value = next()
    if (name.isSign || equals?.isSign !== true || equals.text !== '=' || value === undefined || value.isSign) {
      throw wrong('something in it is not NAME="VALUE"')
    }
    options.set(name.text, value.text)
  }
  if (tokens.length > 0) throw wrong('it names more than one login module')
  return { loginModule: loginModule.text, options }
}

const tokensOf = (text: string): Token[] | undefined => {
  const tokens: Token[] = []
  token.lastIndex = 0
  while (token.lastIndex < text.length) {
    const found = token.exec(text)
    if (found === null) return undefined
    const [, doubleQuoted, singleQuoted, sign, word] = found
    const quoted = doubleQuoted ?? singleQuoted
    if (quoted !== undefined) tokens.push({ text: unescapeQuoted(quoted), isSign: false })
    else if (sign !== undefined) tokens.push({ text: sign, isSign: true })
    else if (word !== undefined) tokens.push({ text: word, isSign: false })
  }
  return tokens
}

const escapes: Readonly<Record<string, string>> = {
  a: '\x07',
  b: '\b',
  f: '\f',
  n: '\n',
  r: '\r',
  t: '\t',
  v: '\v',
}

// java.io.StreamTokenizer: C's escapes with up to three octal digits; anything else stands for itself.
const unescapeQuoted = (quoted: string): string =>
  quoted.replace(/\\([0-3][0-7]{0,2}|[4-7][0-7]?|[^])/g, (_, escaped: string) =>
    /^[0-7]/.test(escaped) ? String.fromCharCode(Number.parseInt(escaped, 8)) : (escapes[escaped] ?? escaped),
  )
