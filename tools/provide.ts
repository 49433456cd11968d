import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { ToolsArchive } from './archive.ts'
import { build, pinsOf } from './build.ts'
import { cached, cacheKey, folderIngredients } from './cache.ts'
import { ToolFailure } from './command.ts'
import { type GoTool, goTools } from './go-tools.ts'

export { type DistributionTools, distributionTools } from './debian.ts'
export { ToolFailure }

/**
 * Brings tools to this machine, by the names of `go-tools.ts`: from the cache, else from the archive that CITYOS_TOOLS_ARCHIVE
 * names, else built from their pins. @returns folder of each, in the order asked for
 */
export async function provideTools(names: string[], say: (line: string) => void): Promise<string[]> {
  const path = process.env['CITYOS_TOOLS_ARCHIVE']
  const archive = path ? new ToolsArchive(path) : null
  try {
    const folders: string[] = []
    for (const name of names) folders.push(await provideTool(toolOf(name), archive, say)) // one after the other: each uses all cores
    return folders
  } finally {
    await archive?.close()
  }
}

/** The version of a tool that the pins name. */
export const versionOf = (name: string): string => toolOf(name).version

function toolOf(name: string): GoTool {
  const tool = goTools.find((each) => each.name === name)
  if (!tool) throw new ToolFailure(`There is no tool called ${name}; there are: ${goTools.map((each) => each.name).join(', ')}.`)
  return tool
}

async function provideTool(tool: GoTool, archive: ToolsArchive | null, say: (line: string) => void): Promise<string> {
  const recipe = readFileSync(join(import.meta.dirname, 'build.ts'))
  const ingredients = [JSON.stringify(tool), recipe, ...folderIngredients(pinsOf(tool))]
  return await cached(cacheKey(tool.name, ...ingredients), async (folder) => {
    if (await archive?.take(tool, folder)) return say(`${tool.name} ${tool.version}: from the archive`)
    say(`${tool.name} ${tool.version}: building from its pins`)
    await build(tool, folder)
  })
}
