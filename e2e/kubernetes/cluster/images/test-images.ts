import { execFileSync } from 'node:child_process'
import { existsSync, mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { pauseImage } from '../parts/node.ts'
import type { Site } from '../site.ts'
import { type SmallImage, writeImage } from './image.ts'

/** A shell with nc, nslookup and httpd (its wget cannot resolve names in a static program): for pods of tests that only try to reach something. */
export const shellImage = 'localhost/shell:1'
export const traefikImage = 'localhost/traefik:1'
export const corednsImage = 'localhost/coredns:1'

/** Writes the images that the cluster itself and its tests run, and gives their tars. */
export function writeTestImages(site: Site, { gateway }: { gateway: boolean }): string[] {
  const folder = join(site.folder, 'images')
  mkdirSync(folder, { recursive: true })
  const applets = execFileSync(site.busybox, ['--list'], { encoding: 'utf8' }).split('\n').filter(Boolean)
  const links = Object.fromEntries(applets.filter((name) => name !== 'busybox').map((name) => [`bin/${name}`, 'busybox']))
  const shell = { programs: { 'bin/busybox': site.busybox }, links }
  const accounts = { 'etc/passwd': 'root:x:0:0::/:/bin/sh\nshell:x:1000:1000::/tmp:/bin/sh\n', 'etc/group': 'root:x:0:\nshell:x:1000:\n' }
  const waiting = ['/bin/sh', '-c', 'trap exit TERM INT; while :; do sleep 3600 & wait $!; done']
  const images: Record<string, SmallImage> = {
    pause: { name: pauseImage, ...shell, command: waiting },
    shell: { name: shellImage, ...shell, files: accounts, command: waiting, user: '1000:1000' },
    coredns: { name: corednsImage, programs: { 'bin/coredns': site.coredns }, command: ['/bin/coredns'] },
    ...(gateway ? { traefik: { name: traefikImage, programs: { 'bin/traefik': site.traefik }, command: ['/bin/traefik'] } } : {}),
  }
  return Object.entries(images).map(([name, image]) => {
    const file = join(folder, `${name}.tar`)
    if (!existsSync(file)) writeImage(image, file)
    return file
  })
}
