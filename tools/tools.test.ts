import { chmodSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { ToolsArchive, writeArchive } from './archive.ts'
import { pinsOf } from './build.ts'
import { cached, cacheFolder, cacheKey, folderIngredients } from './cache.ts'
import { type GoTool, goTools } from './go-tools.ts'

let folder: string

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'cityos-tools-test-'))
  vi.stubEnv('CITYOS_TOOLS_CACHE', join(folder, 'cache'))
})

afterEach(() => {
  vi.unstubAllEnvs()
  rmSync(folder, { recursive: true, force: true })
})

describe('pins', () => {
  test.each(goTools.map((tool) => [tool.name, tool] as const))('%s: its modules are pinned with their checksums', (_, tool) => {
    const pins = readFileSync(join(pinsOf(tool), 'go.mod'), 'utf8')
    const sums = readFileSync(join(pinsOf(tool), 'go.sum'), 'utf8')
    for (const module of Object.values(tool.files ?? {}).map(([name]) => name)) {
      const version = new RegExp(`${module} (v\\S+)`).exec(pins)?.[1]
      expect(sums).toContain(`${module} ${version} h1:`)
    }
    expect(pins).toContain(`module cityos/tools/${tool.name}\n`)
  })

  test.each(['kubernetes', 'etcd', 'kwok', 'helm', 'traefik', 'coredns', 'pulumi'])('%s: the version it says is the pinned one', (name) => {
    const tool = goTools.find((each) => each.name === name)!
    expect(readFileSync(join(pinsOf(tool), 'go.mod'), 'utf8')).toMatch(new RegExp(` v${tool.version.replaceAll('.', '\\.')}(\\s|$)`, 'm'))
  })
})

describe('the cache', () => {
  test('a key changes with every ingredient, and with where one ends', () => {
    const keys = [cacheKey('tool', 'ab', 'c'), cacheKey('tool', 'a', 'bc'), cacheKey('tool', 'ab'), cacheKey('other', 'ab', 'c')]
    expect(new Set(keys).size).toBe(keys.length)
  })

  test('a folder’s ingredients are its names and contents', () => {
    mkdirSync(join(folder, 'pins'))
    writeFileSync(join(folder, 'pins/go.mod'), 'module a')
    const before = cacheKey('tool', ...folderIngredients(join(folder, 'pins')))
    writeFileSync(join(folder, 'pins/go.mod'), 'module b')
    expect(cacheKey('tool', ...folderIngredients(join(folder, 'pins')))).not.toBe(before)
  })

  test('a tool that could not be made leaves nothing; one that is there is not made again', async () => {
    await expect(cached('tool-1', () => Promise.reject(new Error('no Go')))).rejects.toThrow('no Go')
    expect(existsSync(join(cacheFolder(), 'tool-1'))).toBe(false)
    const make = vi.fn(async (into: string) => writeFileSync(join(into, 'program'), 'x'))
    await cached('tool-1', make)
    expect(existsSync(join(await cached('tool-1', make), 'program'))).toBe(true)
    expect(make).toHaveBeenCalledOnce()
  })
})

describe('an archive of programs', () => {
  const tool: GoTool = {
    name: 'clock',
    version: '1.2.0',
    programs: { clock: '.' },
    links: ['watch'],
    linkerFlags: [],
    says: { command: ['watch', '--version'], text: 'v1.2.0' },
  }

  async function archiveOf(version: string): Promise<ToolsArchive> {
    const made = join(folder, 'made')
    mkdirSync(made)
    mkdirSync(cacheFolder(), { recursive: true })
    writeFileSync(join(made, 'clock'), `#!/bin/sh\necho clock ${version}\n`)
    chmodSync(join(made, 'clock'), 0o755)
    await writeArchive(join(folder, 'tools.tar.zst'), [made])
    return new ToolsArchive(join(folder, 'tools.tar.zst'))
  }

  async function taken(archive: ToolsArchive, wanted: GoTool): Promise<{ taken: boolean; watch: boolean }> {
    const into = join(folder, 'into')
    mkdirSync(into)
    const result = await archive.take(wanted, into)
    await archive.close()
    return { taken: result, watch: existsSync(join(into, 'watch')) }
  }

  test('gives a tool with its further names', async () => {
    expect(await taken(await archiveOf('v1.2.0'), tool)).toEqual({ taken: true, watch: true })
  })

  test('with another version than the pins name gives nothing', async () => {
    expect(await taken(await archiveOf('v1.1.9'), tool)).toEqual({ taken: false, watch: false })
  })

  test('that lacks a program gives nothing', async () => {
    expect(await taken(await archiveOf('v1.2.0'), { ...tool, programs: { sundial: '.' } })).toEqual({ taken: false, watch: false })
  })

  test('that is not there is named', () => {
    expect(() => new ToolsArchive(join(folder, 'none.tar.zst'))).toThrow(/CITYOS_TOOLS_ARCHIVE names .*none\.tar\.zst/)
  })
})
