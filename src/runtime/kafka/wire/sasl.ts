// SASL mechanisms as kafkajs wants them. PLAIN and SCRAM are kafkajs' own; OAUTHBEARER is done here, because kafkajs does not
// look at the answer, so that a refused token would show as a connection that breaks later.

import type { Sasl, SaslExchange } from 'kafkajs/src/network/connection.js'

/** How the client says who it is. */
export type SaslOptions =
  | {
      readonly mechanism: 'plain' | 'scram-sha-256' | 'scram-sha-512'
      readonly username: string
      readonly password: string
    }
  | {
      readonly mechanism: 'oauthbearer'
      /** Asked for each connection and whenever a session ends (KIP-368). */
      readonly token: () => Promise<string>
    }

/** What kafkajs takes, for one connection: kafkajs writes into it. */
export const toKafkaJsSasl = (options: SaslOptions): Sasl =>
  options.mechanism === 'oauthbearer'
    ? {
        mechanism: 'oauthbearer',
        authenticationProvider: (exchange) => ({ authenticate: () => sendToken(exchange, options.token) }),
      }
    : { mechanism: options.mechanism, username: options.username, password: options.password }

const sendToken = async (exchange: SaslExchange, token: () => Promise<string>): Promise<void> => {
  const message = Buffer.from(`n,,\u0001auth=Bearer ${await token()}\u0001\u0001`)
  const framed = Buffer.allocUnsafe(4 + message.length)
  framed.writeInt32BE(message.length)
  message.copy(framed, 4)
  const refusal = await exchange.saslAuthenticate({
    request: { encode: () => Promise.resolve(framed) },
    // An accepted token has an empty answer; a refused one has JSON that says why (RFC 7628, section 3.2.2).
    response: {
      decode: (answer) => Promise.resolve(answer),
      parse: (answer) => Promise.resolve(answer.subarray(4).toString('utf8')),
    },
  })
  if (refusal !== '') throw new Error(`the token is refused: ${refusal}`)
}
