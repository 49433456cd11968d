/** What there is to know of tenants' pods for somebody who plays them: tests with pods that have no process. */
export { jobServer } from './job/server.ts'
export { JobTask } from './job/task.ts'
export { planePort } from './names.ts'
export { roleLabel, tenantLabel } from './observation/labels.ts'
