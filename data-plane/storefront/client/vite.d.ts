/** Styles are imported for their effect; vite makes a file of them. */
declare module '*.css'

interface ImportMeta {
  /** Vite: one lazy import for each file that matches. */
  glob<T>(pattern: string, options: { import: string }): Record<string, () => Promise<T>>
}
