import { verifyAudit } from '@cityos/control-plane/contract'
import { type CommonOptions, sessionOf } from './command.ts'
import { Failure } from './failure.ts'
import { printJson, say } from './output.ts'

/** Walks the hash chain of the platform's audit trail. Exit code 0 only when it is whole. */
export async function verify(options: CommonOptions): Promise<void> {
  const session = await sessionOf(options)
  const result = await session.call(verifyAudit)
  if (options.json) printJson(result)
  else if (result.verified) say(`${result.entries} entries, unbroken`)
  if (result.verified) return
  if (options.json) process.exitCode = 1
  else throw new Failure(`The audit trail is broken at entry ${result.first_broken}: it, or one before it, was changed or removed.`)
}
