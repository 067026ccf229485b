// A password or token. It shows itself only to who asks by name: whatever prints, logs or serialises it gets `***`.

import { inspect } from 'node:util'

/** What is shown instead of a secret. */
export const mask = '***'

/** A text that must not be seen. */
export class Secret {
  readonly #text: string

  constructor(text: string) {
    this.#text = text
  }

  /** The text itself, for whoever sends it to the broker. */
  reveal(): string {
    return this.#text
  }

  toString(): string {
    return mask
  }

  toJSON(): string {
    return mask
  }

  [inspect.custom](): string {
    return mask
  }
}
