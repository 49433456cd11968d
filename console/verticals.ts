import type { VerticalConsole } from './shell/verticals.ts'

/** Where each vertical's screens come from: one line for each, loaded only where the vertical is on. */
export const verticalConsoles: Record<string, VerticalConsole> = {}
