import { chownSync, mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { layout } from '../layout.ts'
import { apply, type Site } from '../site.ts'

const { storageClass, volumes, size } = layout.files
/** Whose pods write there: kubelet does not hand folders of the node over to a pod's group. */
const owner = 10_001

/**
 * A storage class with volumes that are folders of the node, made beforehand: nothing here makes volumes on demand. A volume that
 * was given back is not handed out again.
 */
export async function offerVolumes(site: Site): Promise<void> {
  const numbers = Array.from({ length: volumes }, (_, index) => index + 1)
  for (const number of numbers) {
    mkdirSync(volumeFolder(site, number), { recursive: true })
    chownSync(volumeFolder(site, number), owner, owner)
  }
  const offer = {
    apiVersion: 'storage.k8s.io/v1',
    kind: 'StorageClass',
    metadata: { name: storageClass, annotations: { 'storageclass.kubernetes.io/is-default-class': 'true' } },
    provisioner: 'kubernetes.io/no-provisioner',
    reclaimPolicy: 'Retain',
    volumeBindingMode: 'Immediate',
  }
  await apply(site, [offer, ...numbers.map((number) => volume(site, number))])
}

const volumeFolder = (site: Site, number: number): string => join(site.folder, 'volumes', String(number))

const volume = (site: Site, number: number): object => ({
  apiVersion: 'v1',
  kind: 'PersistentVolume',
  metadata: { name: `files-${number}` },
  spec: {
    storageClassName: storageClass,
    capacity: { storage: size },
    accessModes: ['ReadWriteOnce', 'ReadWriteMany'],
    persistentVolumeReclaimPolicy: 'Retain',
    hostPath: { path: volumeFolder(site, number), type: 'Directory' },
  },
})
