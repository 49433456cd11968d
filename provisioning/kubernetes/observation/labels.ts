/** Whose an object is: the tenant's id. */
export const tenantLabel = 'cityos.dev/tenant'
/** What a pod is for: `web`, `worker`. */
export const roleLabel = 'cityos.dev/role'
