import { LocalWorkspace } from '@pulumi/pulumi/automation/index.js'
import { installPlatform, type PlatformInstallation } from './program.ts'

export interface PlatformStackOptions {
  /** Folder for the workspace; may be emptied at any time. */
  workDir: string
  home: string
  /** Where the state lies: `file://…`, `postgres://…`, `s3://…`. */
  backendUrl: string
  passphrase: string
}

/** How many objects were made, changed, deleted or left as they were. */
export type Changes = Record<string, number>

export interface PlatformStack {
  up(): Promise<Changes>
  destroy(): Promise<Changes>
}

/** The installation `pulumi up` makes, for a program that has values and secrets in its hands. `pulumi` must be on the PATH. */
export async function platformStack(installation: PlatformInstallation, options: PlatformStackOptions): Promise<PlatformStack> {
  const stack = await LocalWorkspace.createOrSelectStack(
    { stackName: 'platform', projectName: 'cityos', program: async () => installPlatform(installation) },
    {
      workDir: options.workDir,
      pulumiHome: options.home,
      envVars: {
        PULUMI_BACKEND_URL: options.backendUrl,
        PULUMI_CONFIG_PASSPHRASE: options.passphrase,
        PULUMI_SKIP_UPDATE_CHECK: 'true',
        PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION: 'true',
      },
    },
  )
  return {
    up: async () => ({ ...(await stack.up()).summary.resourceChanges }),
    destroy: async () => ({ ...(await stack.destroy()).summary.resourceChanges }),
  }
}
