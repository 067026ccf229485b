// What went wrong with a socket, a TLS handshake or a log-in, in words. What no repetition mends is a `KsError`, everything
// else a `KafkaConnectionError`.

import { KsError } from '../../model/errors.ts'
import { KafkaConnectionError } from '../kafka-errors.ts'

const texts: Readonly<Record<string, string>> = {
  ECONNREFUSED: 'connection refused',
  ECONNRESET: 'the connection was reset',
  EHOSTUNREACH: 'no route to the host',
  ENETUNREACH: 'no route to its network',
  ENOTFOUND: 'there is no host of this name',
  EAI_AGAIN: 'the host name cannot be looked up',
  EPIPE: 'the connection was closed',
  ETIMEDOUT: 'no answer',
}

/** What whoever does not speak TLS does, and a broker that stops. */
export const closedInHandshake = 'the connection was closed during the TLS handshake'

/** The error that a failed socket makes. `isTls`: it is meant to speak TLS. `isUp`: it stood already. */
export const socketProblem = (
  address: string,
  error: Error,
  isTls: boolean,
  isUp: boolean,
): KsError | KafkaConnectionError => {
  const code = 'code' in error ? String(error.code) : ''
  const isFromSystem = 'syscall' in error || Object.hasOwn(texts, code)
  if (isTls && !isFromSystem) return tlsProblem(address, error, code)
  const isInHandshake = isTls && !isUp && code === 'ECONNRESET'
  const known = isInHandshake ? closedInHandshake : texts[code]
  const text = known === undefined ? error.message || code : `${known} (${code})`
  return new KafkaConnectionError(address, text, { uncertain: isUp, cause: error })
}

const tlsProblem = (address: string, error: Error, code: string): KsError => {
  if (/WRONG_VERSION_NUMBER|UNKNOWN_PROTOCOL|PACKET_LENGTH/.test(code)) {
    return new KsError('config', `broker ${address} does not speak TLS at this port`, {
      hint: 'check the port, or set security.protocol=PLAINTEXT or SASL_PLAINTEXT',
      cause: error,
    })
  }
  const isOurs = /ALERT/.test(code)
  return new KsError('denied', `broker ${address}: TLS: ${error.message.replace(/\.$/, '')}${code && ` (${code})`}`, {
    hint: isOurs
      ? 'the broker does not accept this client: check ssl.keystore.location'
      : /ALTNAME/.test(code)
        ? 'connect to a name that is in the certificate of the broker'
        : 'check ssl.truststore.location: it has to hold the certificate that the one of the broker is signed with',
    cause: error,
  })
}

/** The error of a log-in that the broker, or what makes the credentials, refuses. */
export const loginProblem = (address: string, error: Error): KsError => {
  if (error instanceof KsError) return error
  const text = error.message.replace(/^SASL .*? failed: /, '').replace(/\.$/, '')
  return new KsError('denied', `broker ${address} does not let this user in: ${text}`, {
    hint: 'check security.protocol, sasl.mechanism, the user name and the password',
    cause: error,
  })
}

/** Longest first answer that can be one: it says which requests the broker knows. */
const maxFirstAnswerBytes = 1 << 20

/** Looks at the first bytes of a socket. Returns the error if whoever sent them is no broker, or speaks TLS unasked. */
export const strangerProblem = (address: string, firstBytes: Buffer): KsError | undefined => {
  if (firstBytes.length < 4) return undefined
  const size = firstBytes.readInt32BE(0)
  if (size > 0 && size <= maxFirstAnswerBytes) return undefined
  const isTls = firstBytes[0] === 0x15 && firstBytes[1] === 3
  return new KsError('config', `${address} ${isTls ? 'speaks TLS' : 'is no Kafka broker: it speaks something else'}`, {
    hint: isTls ? 'set security.protocol=SSL or SASL_SSL' : 'check host and port',
  })
}
