import { spawn } from 'node:child_process'
import { join } from 'node:path'
import type { CommonOptions } from './command.ts'
import { checkout } from './data-directory.ts'

/** Runs the benchmark, which starts a platform of its own unless `--data` names one. */
export async function bench(name: string | undefined, options: CommonOptions & { output?: string }): Promise<void> {
  const args = [
    ...(name ? [name] : []),
    ...(options.data ? ['--data', options.data] : []),
    ...(options.json ? ['--json'] : []),
    ...(options.output ? ['--output', options.output] : []),
  ]
  const child = spawn(process.execPath, ['--disable-warning=ExperimentalWarning', join(checkout, 'bench/main.ts'), ...args], {
    stdio: 'inherit',
  })
  process.exitCode = await new Promise<number>((resolve, reject) => child.once('error', reject).once('close', (code) => resolve(code ?? 1)))
}
