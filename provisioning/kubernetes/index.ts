export { KubernetesDriver, type KubernetesDriverOptions } from './driver.ts'
export { kubeConfigOf } from './kube-config.ts'
export { imageTag, namespaceOf, releaseSuffix, stackOf, tenantOf } from './names.ts'
