// Values that are each valid but do not go together. The same rules as in Kafka's clients (ConsumerConfig, ProducerConfig,
// StreamsConfig), which refuse to start too.

import { KsError } from '../model/errors.ts'
import type { Config } from './config.ts'
import type { NameOf, PropertyName } from './property-table.ts'

/** Throws KsError config, which says who set the values, if some do not go together. */
export const checkTogether = (config: Config): void => {
  const said = (name: PropertyName, value: string | number | boolean): string =>
    `${name}=${value} (${config.origin(name)})`
  const refuse = (left: string, rule: string, right: string, hint: string): never => {
    throw new KsError('config', `${left} ${rule} ${right}`, { hint })
  }
  const below = (name: NameOf<'duration'>, limit: NameOf<'duration'>): void => {
    const value = config.number(name)
    const most = config.number(limit)
    if (value >= most) refuse(said(name, value), 'must be less than', said(limit, most), `set ${limit} higher`)
  }

  below('heartbeat.interval.ms', 'session.timeout.ms')

  const exactlyOnce = config.text('processing.guarantee') === 'exactly_once_v2'
  const acks = config.text('acks')
  if (exactlyOnce) {
    below('commit.interval.ms', 'transaction.timeout.ms')
    const guarantee = said('processing.guarantee', 'exactly_once_v2')
    if (acks !== 'all') refuse(guarantee, 'needs acks=all, not', said('acks', acks), 'leave acks out')
    if (!config.flag('enable.idempotence')) {
      refuse(guarantee, 'does not go with', said('enable.idempotence', false), 'leave enable.idempotence out')
    }
    if (config.text('isolation.level') === 'read_uncommitted') {
      const level = said('isolation.level', 'read_uncommitted')
      refuse(guarantee, 'does not go with', level, 'leave isolation.level out')
    }
  } else if (acks !== 'all' && config.isSet('enable.idempotence') && config.flag('enable.idempotence')) {
    refuse(said('enable.idempotence', true), 'needs acks=all, not', said('acks', acks), 'leave one of them out')
  }

  const delivery = config.number('delivery.timeout.ms')
  const least = config.number('linger.ms') + config.number('request.timeout.ms')
  if (delivery < least && config.isSet('delivery.timeout.ms')) {
    const sum = `linger.ms + request.timeout.ms (${least})`
    refuse(said('delivery.timeout.ms', delivery), 'must not be less than', sum, 'set delivery.timeout.ms higher')
  }
}
