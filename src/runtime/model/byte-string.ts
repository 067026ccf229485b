// A byte string is a JavaScript string in which every character is one byte (latin1). Input is held this way so that a
// position in the text is a position in the bytes, slices cost no decoding, and what was not touched leaves byte for byte.

/** A string whose characters are the bytes 0–255 of some UTF-8 text. Write it with the `latin1` encoding. */
export type ByteString = string & { readonly byteString: unique symbol }

const beyondAscii = /[^\x00-\x7f]/

/** True if a string has a character outside ASCII, that is, if text and byte string differ. */
export const hasNonAscii = (text: string): boolean => beyondAscii.test(text)

/** The UTF-8 bytes of a text as a byte string. */
export const toByteString = (text: string): ByteString =>
  (beyondAscii.test(text) ? Buffer.from(text, 'utf8').toString('latin1') : text) as ByteString

/** The text of a byte string; sequences that are not UTF-8 become U+FFFD. */
export const fromByteString = (bytes: ByteString): string =>
  beyondAscii.test(bytes) ? Buffer.from(bytes, 'latin1').toString('utf8') : bytes
