import { spawn } from 'node:child_process'

/** What stops a tool from being provided, in words for the person who runs the tests. */
export class ToolFailure extends Error {}

interface CommandOptions {
  cwd?: string
  environment?: NodeJS.ProcessEnv
}

/** Runs a command and gives what it printed. @throws ToolFailure with its last lines when it does not end with 0 */
export function command(program: string, args: string[], options: CommandOptions = {}): Promise<string> {
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, { cwd: options.cwd, env: options.environment, stdio: ['ignore', 'pipe', 'pipe'] })
    let output = ''
    let complaints = ''
    child.stdout.on('data', (chunk: Buffer) => {
      output += chunk.toString()
    })
    child.stderr.on('data', (chunk: Buffer) => {
      complaints = (complaints + chunk.toString()).slice(-4000)
    })
    child.once('error', (error) => reject(new ToolFailure(`${program} could not be run: ${error.message}`)))
    child.once('close', (code, signal) => {
      if (code === 0) resolve(output)
      else reject(new ToolFailure(`${program} ${args.slice(0, 3).join(' ')} … ended with ${code ?? signal}:\n${complaints.trim()}`))
    })
  })
}
