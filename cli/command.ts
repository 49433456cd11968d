import type { Command } from 'commander'
import { type DataDirectory, locateData } from './data-directory.ts'
import { openSession, type Session } from './session.ts'

/** Options every command takes (design §9). */
export interface CommonOptions {
  data?: string
  json?: boolean
  profile?: string
}

/** Adds the options every command takes. */
export function common(command: Command): Command {
  return command
    .option('--data <dir>', "the platform's folder (or CITYOS_DATA; default .cityos)")
    .option('--json', 'print one JSON document')
}

/** Adds what commands that call the API take. */
export function calling(command: Command): Command {
  return common(command).option('--profile <name>', 'act as the member of staff who signed in under this name')
}

export function dataOf(options: CommonOptions): DataDirectory {
  return locateData(options.data)
}

export function sessionOf(options: CommonOptions): Promise<Session> {
  return openSession(dataOf(options), options.profile)
}
