import { execFileSync } from 'node:child_process'
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { layout } from './layout.ts'

const anyone = 'extendedKeyUsage=clientAuth'
const apiServerNames = [
  'IP:127.0.0.1',
  `IP:${layout.apiServer.serviceAddress}`,
  `IP:${layout.node.address}`,
  'DNS:localhost',
  'DNS:kubernetes',
  'DNS:kubernetes.default',
  'DNS:kubernetes.default.svc',
  `DNS:kubernetes.default.svc.${layout.dns.domain}`,
]

/** Who has a certificate of the cluster's authority: file name → subject and extensions. */
const holders: Record<string, { subject: string; extensions: string[] }> = {
  apiserver: { subject: '/CN=kube-apiserver', extensions: ['extendedKeyUsage=serverAuth', `subjectAltName=${apiServerNames.join()}`] },
  'apiserver-kubelet-client': { subject: '/O=system:masters/CN=apiserver-kubelet-client', extensions: [anyone] },
  administrator: { subject: '/O=system:masters/CN=administrator', extensions: [anyone] },
  'kube-controller-manager': { subject: '/CN=system:kube-controller-manager', extensions: [anyone] },
  'kube-scheduler': { subject: '/CN=system:kube-scheduler', extensions: [anyone] },
  'kube-proxy': { subject: '/CN=system:kube-proxy', extensions: [anyone] },
  kubelet: {
    subject: `/O=system:nodes/CN=system:node:${layout.node.name}`,
    extensions: ['extendedKeyUsage=clientAuth,serverAuth', `subjectAltName=IP:${layout.node.address},DNS:${layout.node.name}`],
  },
}

export const kubeconfigOf = (folder: string, holder: string): string => join(folder, 'keys', `${holder}.conf`)

/** Makes the authority, a certificate and a kubeconfig for each holder, and the key that signs service accounts' tokens. */
export function makeCertificates(folder: string): void {
  const keys = join(folder, 'keys')
  mkdirSync(keys, { recursive: true, mode: 0o700 })
  const openssl = (...args: string[]) => execFileSync('openssl', args, { cwd: keys, stdio: ['ignore', 'ignore', 'pipe'] })
  const key = (name: string) => openssl('ecparam', '-name', 'prime256v1', '-genkey', '-noout', '-out', `${name}.key`)
  key('authority')
  openssl('req', '-x509', '-new', '-key', 'authority.key', '-subj', '/CN=test-cluster', '-days', '2', '-out', 'authority.crt')
  openssl('genrsa', '-out', 'service-accounts.key', '2048')
  openssl('rsa', '-in', 'service-accounts.key', '-pubout', '-out', 'service-accounts.pub')
  for (const [index, [name, { subject, extensions }]] of Object.entries(holders).entries()) {
    key(name)
    writeFileSync(join(keys, `${name}.ext`), `${extensions.join('\n')}\n`)
    openssl('req', '-new', '-key', `${name}.key`, '-subj', subject, '-out', `${name}.csr`)
    const signed = ['-CA', 'authority.crt', '-CAkey', 'authority.key', '-set_serial', String(index + 1), '-extfile', `${name}.ext`]
    openssl('x509', '-req', '-in', `${name}.csr`, ...signed, '-days', '2', '-out', `${name}.crt`)
    writeFileSync(kubeconfigOf(folder, name), JSON.stringify(kubeconfig(keys, name), null, 2), { mode: 0o600 })
  }
}

function kubeconfig(keys: string, name: string): object {
  const server = `https://${layout.node.address}:${layout.apiServer.port}`
  const data = (file: string) => readFileSync(join(keys, file)).toString('base64')
  const user = { 'client-certificate-data': data(`${name}.crt`), 'client-key-data': data(`${name}.key`) }
  return {
    apiVersion: 'v1',
    kind: 'Config',
    clusters: [{ name: 'test', cluster: { server, 'certificate-authority-data': data('authority.crt') } }],
    users: [{ name, user }],
    contexts: [{ name: 'test', context: { cluster: 'test', user: name } }],
    'current-context': 'test',
  }
}
