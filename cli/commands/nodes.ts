import { shortBytes } from '../text/short-bytes'
import { ago } from '../text/short-time'
import { renderTable } from '../text/table'
import { JSON_FLAG, type Register } from './command'

export const registerNodes: Register = (program, cli) => {
  program
    .command('nodes')
    .description('list the machines runners run on')
    .option(...JSON_FLAG)
    .action(async (options: { json?: boolean }) => {
      const nodes = await cli.api().node.list.query()
      if (options.json) return cli.printJson(nodes)
      if (nodes.length === 0) return cli.print('No node has joined yet.')
      const now = cli.process.now()
      const rows = nodes.map((node) => [
        node.name,
        { styled: node.online ? cli.colors.green('online') : cli.colors.red('offline') },
        node.hostname,
        node.liveRunners,
        node.loadAverage === null ? null : node.loadAverage.toFixed(2),
        node.freeMemoryBytes === null ? null : shortBytes(node.freeMemoryBytes),
        node.providers
          .filter((provider) => provider.available)
          .map((provider) => provider.id)
          .join(' '),
        ago(node.lastSeenAt, now),
      ])
      cli.print(renderTable(['NODE', 'STATE', 'HOST', 'RUNNERS', 'LOAD', 'FREE', 'PROVIDERS', 'SEEN'], rows))
    })
}
