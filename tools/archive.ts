import { existsSync, mkdtempSync, rmSync } from 'node:fs'
import { copyFile, mkdir, symlink } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { cacheFolder } from './cache.ts'
import { command, ToolFailure } from './command.ts'
import type { GoTool } from './go-tools.ts'

/** Programs made before, in one `tar.zst` without folders: CITYOS_TOOLS_ARCHIVE names it. */
export class ToolsArchive {
  readonly #path: string
  #unpacked: Promise<string> | null = null

  constructor(path: string) {
    if (!existsSync(path)) throw new ToolFailure(`CITYOS_TOOLS_ARCHIVE names ${path}, and there is no such file.`)
    this.#path = path
  }

  /**
   * Copies the tool's programs to `folder`. @returns false when the archive lacks one of them, or has another version than
   * the pins: then the tool is built
   */
  async take(tool: GoTool, folder: string): Promise<boolean> {
    this.#unpacked ??= this.#unpack()
    const unpacked = await this.#unpacked
    const programs = Object.keys(tool.programs)
    const names = [...programs, ...Object.keys(tool.files ?? {})]
    if (!names.every((name) => existsSync(join(unpacked, name)))) return false
    for (const name of names) await copyFile(join(unpacked, name), join(folder, name))
    for (const link of tool.links) await symlink(programs[0]!, join(folder, link))
    if (await isWanted(tool, folder)) return true
    rmSync(folder, { recursive: true })
    await mkdir(folder)
    return false
  }

  /** Removes what was unpacked. */
  async close(): Promise<void> {
    if (this.#unpacked) rmSync(await this.#unpacked, { recursive: true, force: true })
  }

  async #unpack(): Promise<string> {
    const folder = mkdtempSync(join(tmpdir(), 'cityos-tools-'))
    await command('tar', ['-x', '-I', 'zstd -d --long=27', '-f', this.#path, '-C', folder])
    return folder
  }
}

/** Writes the programs of these folders of the cache into one archive that CITYOS_TOOLS_ARCHIVE may name. */
export async function writeArchive(path: string, folders: string[]): Promise<void> {
  const staging = mkdtempSync(join(cacheFolder(), 'archive-'))
  try {
    for (const folder of folders) await command('cp', ['-a', `${folder}/.`, staging])
    const owner = ['--owner=0', '--group=0', '--numeric-owner', '--mtime=@0']
    await command('tar', ['--sort=name', ...owner, '--use-compress-program=zstd -19 --long=27 -T0', '-cf', path, '-C', staging, '.'])
  } finally {
    rmSync(staging, { recursive: true, force: true })
  }
}

async function isWanted(tool: GoTool, folder: string): Promise<boolean> {
  if (!tool.says) return true
  const [program, ...args] = tool.says.command
  return (await command(join(folder, program!), args)).includes(tool.says.text)
}
