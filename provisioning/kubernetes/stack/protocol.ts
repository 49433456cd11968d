import { z } from 'zod'

// What the driver and the process that runs Pulumi say to each other: one JSON line in, JSON lines out.

/** One object as the stack holds it. */
export const StackObject = z.object({
  apiVersion: z.string(),
  kind: z.string(),
  namespace: z.string().nullable(),
  name: z.string(),
})
export type StackObject = z.infer<typeof StackObject>

/** What a tenant's stack is made of: the whole desired state, nothing is read from anywhere else. */
export const StackContent = z.object({
  tenantId: z.string(),
  /** Name of the cell, which its cluster keeps when its address or its credentials change. */
  cell: z.string(),
  namespace: z.string(),
  namespaceLabels: z.record(z.string(), z.string()),
  secrets: z.array(
    z.object({
      name: z.string(),
      type: z.enum(['Opaque', 'kubernetes.io/tls', 'kubernetes.io/dockerconfigjson']),
      labels: z.record(z.string(), z.string()),
      data: z.record(z.string(), z.string()),
    }),
  ),
  chart: z.object({
    dir: z.string(),
    release: z.string(),
    values: z.record(z.string(), z.unknown()),
  }),
})
export type StackContent = z.infer<typeof StackContent>

/** What the process is asked for, with everything it needs: it reads no file and no environment of its own. */
export const StackTask = z.object({
  /** `forget`: the cluster is gone for good, and the stack's state with it. */
  action: z.enum(['up', 'destroy', 'forget']),
  stack: z.string(),
  project: z.string(),
  /** A run of this stack was cut off: its lock is taken away and what it did is found out first. */
  recover: z.boolean(),
  /** Looks at the cluster first, so that what somebody deleted or changed there is put right. */
  refresh: z.boolean(),
  backend: z.object({ url: z.string(), passphrase: z.string() }),
  pulumi: z.object({ workDir: z.string(), home: z.string() }),
  /** Null: the service account of this pod. */
  kubeconfig: z.string().nullable(),
  /** Null unless it is brought up. */
  content: StackContent.nullable(),
})
export type StackTask = z.infer<typeof StackTask>

/** What the process says while it works; the last line is `done` or `failed`. */
export const StackMessage = z.discriminatedUnion('kind', [
  /** Something was created, updated, deleted or replaced. */
  z.object({ kind: z.literal('step'), op: z.string(), type: z.string(), name: z.string() }),
  z.object({ kind: z.literal('note'), severity: z.string(), message: z.string() }),
  z.object({
    kind: z.literal('done'),
    objects: z.array(StackObject),
    /** `create`, `update`, … with how many objects. */
    changes: z.record(z.string(), z.number()),
    /** Milliseconds by part: `load`, `select`, `recover`, `up`. */
    timings: z.record(z.string(), z.number()),
  }),
  z.object({ kind: z.literal('failed'), reason: z.enum(['locked', 'other']), message: z.string() }),
])
export type StackMessage = z.infer<typeof StackMessage>
export type StackDone = Extract<StackMessage, { kind: 'done' }>
