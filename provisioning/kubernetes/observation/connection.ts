import { type IncomingMessage, request as plainRequest } from 'node:http'
import { type RequestOptions, request as tlsRequest } from 'node:https'
import { ApiException, type KubeConfig, type V1ObjectMeta } from '@kubernetes/client-node'
import { metadataOnly } from './metadata-api.ts'

/** Milliseconds until a request counts as unanswered. */
const answerWithin = 10_000
/** Milliseconds after which a quiet watch is opened again; the server's bookmarks come once a minute. */
const quietFor = 150_000

interface Page {
  metadata: { resourceVersion?: string; continue?: string }
  /** Null where there are none: what the server makes of its objects' metadata writes an empty list so. */
  items: { metadata?: V1ObjectMeta }[] | null
}

export interface ListedPage {
  items: V1ObjectMeta[]
  /** From which to watch on; the same for all pages. */
  version: string
}

/** Metadata of everything at `path` that `query` selects, page by page. @throws ApiException, or the network's error */
export async function* listMetadata(
  kubeConfig: KubeConfig,
  path: string,
  query: Record<string, string>,
  signal: AbortSignal,
): AsyncGenerator<ListedPage> {
  let token: string | undefined
  do {
    const search = new URLSearchParams({ ...query, limit: '500', ...(token ? { continue: token } : {}) })
    const answer = await open(kubeConfig, `${path}?${search}`, metadataOnly('PartialObjectMetadataList'), signal)
    const { metadata, items } = JSON.parse(await textOf(answer)) as Page
    yield { items: (items ?? []).flatMap((item) => item.metadata ?? []), version: metadata.resourceVersion ?? '' }
    token = metadata.continue || undefined
  } while (token)
}

export interface WatchMessage {
  type: 'ADDED' | 'MODIFIED' | 'DELETED' | 'BOOKMARK' | 'ERROR'
  object: { metadata?: V1ObjectMeta; code?: number; message?: string }
}

/**
 * What happens at `path` after `version`, until the connection ends; `opened` is called once the server has taken it.
 * @throws ApiException, or the network’s error
 */
export async function* watchMetadata(
  kubeConfig: KubeConfig,
  path: string,
  query: Record<string, string>,
  version: string,
  signal: AbortSignal,
  opened: () => void,
): AsyncGenerator<WatchMessage> {
  const search = new URLSearchParams({ ...query, watch: 'true', allowWatchBookmarks: 'true', resourceVersion: version })
  const answer = await open(kubeConfig, `${path}?${search}`, metadataOnly('PartialObjectMetadata'), signal)
  opened()
  answer.setTimeout(quietFor, () => answer.destroy())
  answer.setEncoding('utf8')
  let rest = ''
  for await (const part of answer) {
    const lines = (rest + part).split('\n')
    rest = lines.pop() ?? ''
    for (const line of lines) if (line !== '') yield JSON.parse(line) as WatchMessage
  }
}

async function open(kubeConfig: KubeConfig, path: string, accept: string, signal: AbortSignal): Promise<IncomingMessage> {
  const cluster = kubeConfig.getCurrentCluster()
  if (!cluster) throw new Error('the kubeconfig names no cluster')
  const url = new URL(`${cluster.server.replace(/\/$/, '')}${path}`)
  const options: RequestOptions = { headers: { accept }, signal }
  await kubeConfig.applyToHTTPSOptions(options)
  const answer = await new Promise<IncomingMessage>((resolve, reject) => {
    // the client prepares for TLS only
    const { agent: _agent, ...plain } = options
    const sent = url.protocol === 'http:' ? plainRequest(url, plain, resolve) : tlsRequest(url, options, resolve)
    sent.setTimeout(answerWithin, () => sent.destroy(new Error(`no answer within ${answerWithin / 1000} s`)))
    sent.on('error', reject)
    sent.end()
  })
  answer.socket.setTimeout(0)
  const status = answer.statusCode ?? 0
  if (status < 400) return answer
  throw new ApiException(status, answer.statusMessage ?? '', await textOf(answer), {})
}

async function textOf(answer: IncomingMessage): Promise<string> {
  answer.setEncoding('utf8')
  let text = ''
  for await (const part of answer) text += part
  return text
}
