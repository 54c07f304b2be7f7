import type { CertificateAuthority } from '@/contracts/node/remote'
import type { Cli } from '../cli'
import { CliError } from '../cli-error'
import { ExitCode } from '../exit-code'
import { renderTable } from '../text/table'
import { JSON_FLAG, type Register } from './command'

function printAuthorities(cli: Cli, authorities: readonly CertificateAuthority[]): void {
  for (const { fingerprint, certificate, trustedUntil, expiresAt } of authorities) {
    cli.print(fingerprint)
    cli.print(trustedUntil === null ? `signs, until ${expiresAt}` : `trusted until ${trustedUntil}, signs no more`)
    cli.print(certificate.trimEnd())
  }
}

export const registerCa: Register = (program, cli) => {
  const ca = program.command('ca').description('the certificate authority of remote agents')
  ca.command('show')
    .description('print the authorities that are trusted, with their fingerprints')
    .option(...JSON_FLAG)
    .action(async (options: { json?: boolean }) => {
      const authorities = await cli.api().certificate.authorities.query()
      if (options.json) cli.printJson(authorities)
      else printAuthorities(cli, authorities)
    })
  ca.command('rotate')
    .description('make a new authority; agents that are connected renew their certificates at once')
    .option(
      '--overlap <days>',
      'days that the old one stays trusted; 0 ends it now: every remote node joins anew',
      '14',
    )
    .option(...JSON_FLAG)
    .action(async (options: { overlap: string; json?: boolean }) => {
      const overlapDays = Number(options.overlap)
      if (!/^\d{1,3}$/.test(options.overlap))
        throw new CliError(`--overlap: must be a whole number of days, not ${options.overlap}`, ExitCode.usage)
      const authorities = await cli.api().certificate.rotate.mutate({ overlapDays })
      if (options.json) cli.printJson(authorities)
      else printAuthorities(cli, authorities)
    })
  ca.command('list')
    .description('list the certificates that nodes were given')
    .option(...JSON_FLAG)
    .action(async (options: { json?: boolean }) => {
      const certificates = await cli.api().certificate.list.query()
      if (options.json) return cli.printJson(certificates)
      if (certificates.length === 0) return cli.print('No certificate has been given out yet.')
      const now = cli.process.now()
      const state = (each: (typeof certificates)[number]) =>
        each.revokedAt !== null ? 'revoked' : Date.parse(each.expiresAt) <= Number(now) ? 'expired' : 'valid'
      const rows = certificates.map((each) => [each.serial, each.node, state(each), each.issuedAt, each.expiresAt])
      cli.print(renderTable(['SERIAL', 'NODE', 'STATE', 'ISSUED', 'EXPIRES'], rows))
    })
  ca.command('revoke')
    .description('revoke one certificate; a connection made with it is cut')
    .argument('<serial>', 'as `stratavore ca list` prints it')
    .option(...JSON_FLAG)
    .action(async (serial: string, options: { json?: boolean }) => {
      const answer = await cli.api().certificate.revoke.mutate({ serial })
      if (options.json) cli.printJson(answer)
      else cli.print(answer.revoked > 0 ? 'revoked' : 'it was revoked already')
    })
}
