import { chmodSync, mkdtempSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { memoryFolder, removeWhenThisProcessEnds } from './throwaway.ts'

/** Global setup of a run of tests: the folder of what its test files share. Nobody who needs no server pays for one. */
export default function setup(): () => void {
  const folder = mkdtempSync(join(memoryFolder(), 'cityos-test-run-'))
  chmodSync(folder, 0o711)
  process.env['CITYOS_TEST_PREPARED'] = folder
  const forget = removeWhenThisProcessEnds(folder)
  return () => {
    delete process.env['CITYOS_TEST_PREPARED']
    rmSync(folder, { recursive: true, force: true })
    forget()
  }
}
