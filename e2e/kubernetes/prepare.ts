import { ToolFailure } from '@cityos/tools'
import { clusterFolder } from './cluster/session.ts'
import { prepareSite, whole } from './cluster/site.ts'
import { builtImages, builtRelease } from './release-image.ts'

/**
 * Brings what test clusters are made of to this machine, once for all that start side by side: the tools and the images of this
 * checkout's release. `node e2e/kubernetes/prepare.ts`
 */
const say = (line: string) => process.stderr.write(`${line}\n`)
try {
  await prepareSite(clusterFolder(), whole, say)
  const release = await builtRelease()
  await builtImages(release)
  say(`images of ${release.version}: built`)
} catch (error) {
  if (!(error instanceof ToolFailure)) throw error
  say(error.message)
  process.exitCode = 1
}
