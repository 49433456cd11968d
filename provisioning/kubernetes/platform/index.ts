import { join } from 'node:path'
import { Config } from '@pulumi/pulumi'
import { installPlatform } from './program.ts'
import { PlatformSecrets, PlatformSettings } from './settings.ts'

/** What `pulumi up` runs (`Pulumi.yaml`): the stack's values and secrets, and the cluster of `KUBECONFIG`. */

const config = new Config('cityos')
const secretNames = ['rootKey', 'operatorPassword', 'databaseUrl', 'stateUrl', 'databasePassword', 'smtpUrl'] as const

const given = secretNames.flatMap((name) => {
  const value = config.get(name)
  return value === undefined ? [] : [[name, value] as const]
})
const installed = installPlatform({
  settings: PlatformSettings.parse(config.requireObject('platform')),
  secrets: PlatformSecrets.parse({ ...Object.fromEntries(given), cellAccess: config.getObject('cellAccess') ?? {} }),
  chartDir: join(import.meta.dirname, '../../../charts/control-plane'),
  kubeconfig: null,
  now: new Date().toISOString(),
})

export const consoleAddress = installed.console
export const firstOperator = installed.operator
export const namespace = installed.namespace
