import type { AnyObject } from './seen.ts'

/** Parts of Kubernetes and its operators that write into objects they were asked to look after. */
const parts = [
  /^pulumi-/,
  /^cityos/,
  /^kube-(controller-manager|scheduler|apiserver)$/,
  /^kubelet$/,
  /^(cert-manager|keda|traefik|envoy|istio|calico|cnpg|manager|controller|operator|kwok)/,
  /-(controller|controller-manager|operator|gateway)$/,
]

/**
 * Who else than the driver has written what an object should be. Kubernetes notes for every field who set it; what parts of
 * the cluster add (status, scale, defaults) is theirs to add, a person's `kubectl edit` is not.
 * @returns the name under which it was written; null when nobody has
 */
export function strangerOf({ metadata }: AnyObject): string | null {
  for (const entry of metadata?.managedFields ?? []) {
    const manager = entry.manager ?? ''
    if (entry.subresource || parts.some((part) => part.test(manager))) continue
    if (writesWhatItShouldBe(entry.fieldsV1)) return manager || 'somebody without a name'
  }
  return null
}

/** Anything but status, and beside labels and annotations others may set. */
function writesWhatItShouldBe(fields: unknown): boolean {
  if (typeof fields !== 'object' || fields === null) return false
  return Object.keys(fields).some((field) => field !== 'f:metadata' && field !== 'f:status')
}
