import { execFile } from 'node:child_process'
import { promisify } from 'node:util'

const run = promisify(execFile)

/**
 * Runs kubectl. `environment` has PATH and KUBECONFIG; `input` is what `-f -` reads.
 * @throws with kubectl's words when it fails
 */
export async function runKubectl(environment: NodeJS.ProcessEnv, args: string[], input?: object): Promise<string> {
  const running = run('kubectl', args, { env: environment, maxBuffer: 2 ** 26 })
  running.child.stdin?.end(input ? JSON.stringify(input) : '')
  return (await running).stdout
}

/** Applies objects by the server; what is there already is brought to the same shape. */
export const applyObjects = (environment: NodeJS.ProcessEnv, objects: object[], flags: string[] = []): Promise<string> =>
  runKubectl(environment, ['apply', '--server-side', '--force-conflicts', ...flags, '-f', '-'], {
    apiVersion: 'v1',
    kind: 'List',
    items: objects,
  })
