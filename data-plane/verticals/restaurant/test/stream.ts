import { request } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { TestPlane } from '../../../testing/plane.ts'

function ask(plane: TestPlane, path: string) {
  const { port } = plane.app.getHttpServer().address() as AddressInfo
  return request({ host: '127.0.0.1', port, path, headers: { host: 'test.localhost' } })
}

/** Server-sent events of a path, over HTTP, until the server ends them. */
export function listen(plane: TestPlane, path: string, onEvent: (event: unknown) => void): Promise<void> {
  return new Promise((resolve, reject) => {
    const asked = ask(plane, path)
    asked.on('response', (answer) => {
      let text = ''
      answer.setEncoding('utf8')
      answer.on('data', (chunk: string) => {
        text += chunk
        const frames = text.split('\n\n')
        text = frames.pop() ?? ''
        for (const frame of frames) {
          const data = frame.split('\n').find((line) => line.startsWith('data: '))
          if (data) onEvent(JSON.parse(data.slice(6)))
        }
      })
      answer.on('end', () => resolve())
      answer.on('error', reject)
    })
    asked.on('error', reject)
    asked.end()
  })
}

export function statusOf(plane: TestPlane, path: string): Promise<number> {
  return new Promise((resolve, reject) => {
    const asked = ask(plane, path)
    asked.on('response', (answer) => {
      answer.resume()
      answer.on('end', () => resolve(answer.statusCode ?? 0))
    })
    asked.on('error', reject)
    asked.end()
  })
}
