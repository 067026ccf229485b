// What --metrics means with a configuration.

import type { Config } from './config/config.ts'
import type { ListenAddress } from './model/listen-address.ts'
import type { MetricsSettings } from './run-settings.ts'

/** undefined without an address. @param name of the run, where `client.id` is not set. */
export const metricsSettings = (
  address: ListenAddress | undefined,
  config: Config | undefined,
  name: string,
): MetricsSettings | undefined =>
  address === undefined
    ? undefined
    : {
        address,
        level: config?.text('metrics.recording.level') === 'DEBUG' ? 'DEBUG' : 'INFO',
        sampling: {
          windowMs: config?.number('metrics.sample.window.ms') ?? 30_000,
          windows: config?.number('metrics.num.samples') ?? 2,
        },
        clientId: config?.text('client.id') || name,
      }
