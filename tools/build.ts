import { cpSync, mkdtempSync, rmSync, symlinkSync } from 'node:fs'
import { copyFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { command, ToolFailure } from './command.ts'
import type { GoTool } from './go-tools.ts'

/** Folder of a tool's pins: go.mod, go.sum and, for some, a main package. */
export const pinsOf = (tool: GoTool): string => join(import.meta.dirname, tool.name)

/**
 * Builds the tool's programs into `folder`, from its pins and nothing else: go.sum decides what a module's content must be.
 * Minutes for the larger ones on a cold cache of Go.
 */
export async function build(tool: GoTool, folder: string): Promise<void> {
  const environment = {
    ...process.env,
    CGO_ENABLED: '0',
    GOTOOLCHAIN: 'local',
    GOFLAGS: '-buildvcs=false -mod=readonly',
    GOWORK: 'off',
  }
  await requireGo(environment)
  const pins = mkdtempSync(join(tmpdir(), `cityos-build-${tool.name}-`))
  try {
    cpSync(pinsOf(tool), pins, { recursive: true })
    const moduleFolder = async (module: string) => {
      const downloaded = await command('go', ['mod', 'download', '-json', module], { cwd: pins, environment })
      return (JSON.parse(downloaded) as { Dir: string }).Dir
    }
    if (tool.prepare) tool.prepare.make(pins, await moduleFolder(tool.prepare.module))
    for (const [name, [module, path]] of Object.entries(tool.files ?? {}))
      await copyFile(join(await moduleFolder(module), path), join(folder, name))
    const flags = ['-trimpath', '-ldflags', ['-s', '-w', ...tool.linkerFlags].join(' ')]
    for (const [program, source] of Object.entries(tool.programs))
      await command('go', ['build', ...flags, '-o', join(folder, program), source], { cwd: pins, environment })
    for (const link of tool.links) symlinkSync(Object.keys(tool.programs)[0]!, join(folder, link))
  } finally {
    rmSync(pins, { recursive: true, force: true })
  }
}

async function requireGo(environment: NodeJS.ProcessEnv): Promise<void> {
  const needed = [1, 26] as const
  const advice = 'Install Go 1.26 or newer, or name an archive with these programs in CITYOS_TOOLS_ARCHIVE.'
  const said = await command('go', ['env', 'GOVERSION'], { environment }).catch((error: Error) => {
    throw new ToolFailure(`${error.message}\n${advice}`)
  })
  const [major = 0, minor = 0] = said.trim().replace(/^go/, '').split('.').map(Number)
  if (major < needed[0] || (major === needed[0] && minor < needed[1])) throw new ToolFailure(`Go ${said.trim()} is too old. ${advice}`)
}
