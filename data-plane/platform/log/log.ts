/** Injection token of this process's logger (G1, docs/spec/requirements.md). */
export const LOG = Symbol('cityos:log')
