import type { CreateCell } from '@cityos/control-plane/contract'
import type { z } from 'zod'

/** What a cell's document looks like, to begin with. */
const example = {
  name: 'riyadh-1',
  region: 'riyadh',
  residency_zone: 'GCC',
  capacity: { databases: 300, namespaces: 10_000 },
  cluster: {
    image: { repository: 'registry.example/cityos' },
    files: { storage_class: 'files', size: '2Gi' },
    gateway: { parents: [{ name: 'cityos', namespace: 'gateway' }], namespace: 'gateway', certificate_issuer: null },
    database: { host: 'postgres.database.svc', port: 5432, cidrs: ['10.96.0.0/16'] },
    control_plane: { origin: 'http://control-plane.cityos.svc:8080' },
  },
  access: { kubeconfig: null, database_url: 'postgres://cityos:…@postgres.database.svc:5432/postgres' },
}

export const draftOf = (): string => JSON.stringify(example, null, 2)

/** The document as it may be sent, or the first thing that is wrong with it and where. */
export function readDraft(text: string, schema: z.ZodType<CreateCell>): { cell: CreateCell } | { fault: string } {
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch (error) {
    return { fault: (error as Error).message }
  }
  const parsed = schema.safeParse(value)
  if (parsed.success) return { cell: parsed.data }
  const [issue] = parsed.error.issues
  return { fault: `${issue?.path.join('.') ?? ''}: ${issue?.message ?? ''}` }
}
