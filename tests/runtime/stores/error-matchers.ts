// Checks of errors for `assert.rejects` and `assert.throws`.

import assert from 'node:assert/strict'
import { type ErrorKind, KsError } from '../../../src/runtime/model/errors.ts'

/** A `KsError` of a kind whose message, and hint if asked for, match. */
export const ksError =
  (kind: ErrorKind, message: RegExp, hint?: RegExp) =>
  (error: unknown): boolean => {
    assert.ok(error instanceof KsError, String(error))
    assert.equal(error.kind, kind)
    assert.match(error.message, message)
    if (hint !== undefined) assert.match(error.hint ?? '', hint)
    return true
  }
