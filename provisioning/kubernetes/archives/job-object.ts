import type { Cell } from '@cityos/contract'
import type { V1Job, V1Secret } from '@kubernetes/client-node'
import type { JobTask } from '../job/task.ts'
import { imageOf } from '../names.ts'
import { placementOf } from '../node-placement.ts'
import { roleLabel, tenantLabel } from '../observation/labels.ts'

/** What a Job of a tenant is to be. */
export interface JobOrder {
  /** One Job of a name at a time: the next one takes its place. */
  name: 'archive-write' | 'archive-load' | 'archive-test' | 'rehearsal' | 'migration' | 'tidy'
  tenantId: string
  namespace: string
  cell: Cell
  /** Whose image it runs. */
  release: string
  /** With the tenant's volume; without, its files go into a folder that is gone with the pod. */
  volume: boolean
  /** Seconds it may take at most. */
  seconds: number
  task: Omit<JobTask, 'token' | 'releaseDir'>
}

/** Folders of a Job's pod. */
export const jobPaths = { release: '/opt/cityos', volume: '/var/lib/cityos', scratch: '/var/lib/scratch', task: '/etc/cityos/task' }
/** Where an image has the program. */
const program = `${jobPaths.release}/tenant-job.mjs`
/** Seconds after its end in which a Job that nobody took away is. */
const keptFor = 300
const user = 10_001

/** Megabytes of the heap, and memory of the pod; a rehearsal has a process of the tenant beside it. */
const sizes = { usual: { heap: 320, request: '128Mi', limit: '640Mi' }, rehearsal: { heap: 320, request: '256Mi', limit: '1280Mi' } }

/** Job and secret, as the restricted Pod Security asks for them; what its pod may reach, the chart's policy `jobs` says. */
export function jobObjects(order: JobOrder, token: string): { job: V1Job; secret: V1Secret } {
  const { name, namespace, tenantId, cell, task } = order
  const labels = { [tenantLabel]: tenantId, [roleLabel]: 'job', 'app.kubernetes.io/managed-by': 'cityos' }
  const { heap, request, limit } = order.name === 'rehearsal' ? sizes.rehearsal : sizes.usual
  const content: JobTask = { ...task, token, releaseDir: jobPaths.release }
  const { pull_policy, pull_secret } = cell.cluster.image
  const job: V1Job = {
    apiVersion: 'batch/v1',
    kind: 'Job',
    metadata: { name, namespace, labels },
    spec: {
      // Whoever ordered it decides whether it is tried again.
      backoffLimit: 0,
      activeDeadlineSeconds: order.seconds,
      ttlSecondsAfterFinished: keptFor,
      template: {
        metadata: { labels },
        spec: {
          restartPolicy: 'Never',
          serviceAccountName: 'data-plane',
          automountServiceAccountToken: false,
          enableServiceLinks: false,
          ...placementOf(cell),
          terminationGracePeriodSeconds: 5,
          securityContext: {
            runAsNonRoot: true,
            runAsUser: user,
            runAsGroup: user,
            fsGroup: user,
            fsGroupChangePolicy: 'OnRootMismatch',
            seccompProfile: { type: 'RuntimeDefault' },
          },
          ...(pull_secret ? { imagePullSecrets: [{ name: pull_secret }] } : {}),
          containers: [
            {
              name: 'job',
              image: imageOf(cell, order.release),
              imagePullPolicy: pull_policy,
              command: ['node', `--max-old-space-size=${heap}`, '--enable-source-maps', program],
              env: [
                { name: 'CITYOS_TASK_FILE', value: `${jobPaths.task}/task.json` },
                { name: 'MALLOC_ARENA_MAX', value: '1' },
                { name: 'NODE_ENV', value: 'production' },
              ],
              resources: { requests: { cpu: '50m', memory: request }, limits: { memory: limit } },
              securityContext: {
                allowPrivilegeEscalation: false,
                readOnlyRootFilesystem: true,
                runAsNonRoot: true,
                capabilities: { drop: ['ALL'] },
              },
              terminationMessagePolicy: 'FallbackToLogsOnError',
              volumeMounts: [
                { name: 'task', mountPath: jobPaths.task, readOnly: true },
                { name: 'temporary', mountPath: '/tmp' },
                order.volume ? { name: 'files', mountPath: jobPaths.volume } : { name: 'scratch', mountPath: jobPaths.scratch },
              ],
            },
          ],
          volumes: [
            { name: 'task', secret: { secretName: secretOf(name), defaultMode: 0o440 } },
            { name: 'temporary', emptyDir: { sizeLimit: '256Mi' } },
            order.volume ? { name: 'files', persistentVolumeClaim: { claimName: 'files' } } : { name: 'scratch', emptyDir: {} },
          ],
        },
      },
    },
  }
  const secret: V1Secret = {
    apiVersion: 'v1',
    kind: 'Secret',
    metadata: { name: secretOf(name), namespace, labels },
    type: 'Opaque',
    stringData: { 'task.json': JSON.stringify(content) },
  }
  return { job, secret }
}

/** The secret with a Job's task. */
export const secretOf = (job: string): string => `job-${job}`
