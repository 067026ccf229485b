// Where a run can be asked: at a unix socket in the directory of its stage, and with --serve at a TCP address, too. Both answer by
// the same routes. Only the first thread of a process listens.

import type { CliContext } from './cli/context.ts'
import type { HeldStage } from './open-state.ts'
import type { RunOutputs } from './run-outputs.ts'
import type { RunSettings } from './run-settings.ts'
import { answerFirstThread, RunStores, type StoreSource } from './run-stores.ts'
import { readAccessToken } from './server/access-token.ts'
import { healthRoutes } from './server/health-routes.ts'
import { HttpServer } from './server/http-server.ts'
import { listenAddressText } from './model/listen-address.ts'
import { describedRoutes } from './server/openapi.ts'
import type { Route } from './server/route.ts'
import { sqlRoutes } from './server/sql-routes.ts'
import { storeRoutes } from './server/store-routes.ts'
import { programView } from './sql-view.ts'
import { claimSocketPlace, removeSocket, type SocketPlace } from './stores/query-socket.ts'
import { querySocketPath } from './stores/state-directory.ts'
import type { Topology } from './topology/topology.ts'
import { version } from './version.ts'

export class Serving {
  private readonly routes: readonly Route[]
  private readonly outputs: RunOutputs
  private readonly servers: HttpServer[] = []
  private place: SocketPlace | undefined
  private readonly isFirst: boolean
  private readonly hasStores: boolean

  private constructor(
    topology: Topology,
    settings: RunSettings,
    context: CliContext,
    outputs: RunOutputs,
    source: StoreSource,
  ) {
    const stores = new RunStores(topology, source)
    this.outputs = outputs
    this.isFirst = context.thread === undefined
    this.hasStores = stores.stores.length > 0
    this.routes = describedRoutes('ks', version, [
      ...healthRoutes(() => stores.whyNotReady()),
      ...storeRoutes(() => stores),
      ...(settings.script === undefined ? [] : sqlRoutes(programView(settings.script, settings, stores, context))),
    ])
    if (!this.isFirst) answerFirstThread(topology, source, context)
  }

  /** Begins to listen for --serve. @throws KsError config without a token that is needed, io if the address cannot be had. */
  static async open(
    topology: Topology,
    settings: RunSettings,
    context: CliContext,
    outputs: RunOutputs,
    source: StoreSource,
  ): Promise<Serving> {
    const { serve } = settings
    const serving = new Serving(topology, settings, context, outputs, source)
    if (serve !== undefined && serving.isFirst) {
      const token = await readAccessToken(serve.tokenFile, context.environment)
      const server = serving.server(token)
      const address = await server.listen(serve.address)
      if (serve.address.port === 0) outputs.notice(`serving at http://${listenAddressText(address)}`)
    }
    return serving
  }

  /** Listens at the socket of a stage that this thread has taken. A run goes on without one that cannot be had. */
  async openSocket({ directory, instance }: HeldStage): Promise<void> {
    try {
      if (!this.isFirst || !this.hasStores) {
        await removeSocket(querySocketPath(directory, instance), directory.root.userId)
        return
      }
      const place = await claimSocketPlace(directory, instance)
      this.place = place
      await this.server(undefined).listenUnix(place.path)
    } catch (error) {
      this.outputs.notice(`ks get cannot ask this run: ${error instanceof Error ? error.message : String(error)}`)
    }
  }

  /** Lets answers under way finish and takes no more; before the stores are closed. Closing again does nothing. */
  async close(): Promise<void> {
    await Promise.all(this.servers.splice(0).map((server) => server.close()))
    const { place } = this
    this.place = undefined
    await place?.release()
  }

  private server(token: Parameters<typeof makeServer>[1]): HttpServer {
    const server = makeServer(this.routes, token, (message) => {
      this.outputs.notice(message)
    })
    this.servers.push(server)
    return server
  }
}

const makeServer = (
  routes: readonly Route[],
  token: Awaited<ReturnType<typeof readAccessToken>>,
  notice: (message: string) => void,
): HttpServer =>
  new HttpServer({
    routes,
    token,
    failed: ({ message }) => {
      notice(`a question could not be answered: ${message}`)
    },
  })
