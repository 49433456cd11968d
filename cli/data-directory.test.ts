import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { checkData, closedFolder, locateData, readOperator } from './data-directory.ts'

let folder: string

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'cityos-cli-'))
  chmodSync(folder, 0o755)
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

describe('the data directory', () => {
  test('--data wins over CITYOS_DATA', () => {
    const before = process.env['CITYOS_DATA']
    process.env['CITYOS_DATA'] = '/from/environment'
    expect(locateData(undefined).path).toBe('/from/environment')
    expect(locateData('/from/option').path).toBe('/from/option')
    if (before === undefined) delete process.env['CITYOS_DATA']
    else process.env['CITYOS_DATA'] = before
  })

  test('a folder that others cannot pass through is named', () => {
    mkdirSync(join(folder, 'closed/inside'), { recursive: true })
    expect(closedFolder(join(folder, 'closed/inside'))).toBeNull()
    chmodSync(join(folder, 'closed'), 0o700)
    expect(closedFolder(join(folder, 'closed/inside/not-there-yet'))).toBe(join(folder, 'closed'))
  })

  test.runIf(process.getuid?.() === 0)('as root, a closed folder is refused with what to do', () => {
    mkdirSync(join(folder, 'closed'), { mode: 0o700 })
    expect(() => checkData(locateData(join(folder, 'closed/data')))).toThrow(/cannot reach.*closed to others/)
  })

  test('a file in its place is refused', () => {
    writeFileSync(join(folder, 'file'), '')
    expect(() => checkData(locateData(join(folder, 'file')))).toThrow('is not a folder')
  })

  test('a Postgres folder without its version file is called damaged, and a new folder is not', () => {
    const data = locateData(join(folder, 'data'))
    checkData(data)
    mkdirSync(join(data.path, 'postgres'))
    writeFileSync(data.operatorPath, '{}')
    expect(() => checkData(data)).toThrow('damaged')
    writeFileSync(join(data.path, 'postgres/PG_VERSION'), '18')
    expect(() => checkData(data)).not.toThrow()
  })

  test('the operator’s credential: missing and damaged are told apart', () => {
    const data = locateData(folder)
    expect(() => readOperator(data)).toThrow('There is no platform in')
    writeFileSync(data.operatorPath, '{"email":')
    expect(() => readOperator(data)).toThrow('is damaged')
    const credential = { origin: 'http://cityos.localhost:8080', email: 'a@b.test', password: 'x', created_at: '2026-11-22T00:00:00Z' }
    writeFileSync(data.operatorPath, JSON.stringify(credential))
    expect(readOperator(data)).toEqual(credential)
  })
})
