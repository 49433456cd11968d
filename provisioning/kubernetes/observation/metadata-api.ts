import { type KubernetesObject, KubernetesObjectApi, type RequestContext } from '@kubernetes/client-node'

/** Content that only what every object has is asked for: names, labels, versions, who wrote it. A secret's data stays in the cluster. */
export const metadataOnly = (kind: 'PartialObjectMetadata' | 'PartialObjectMetadataList'): string =>
  `application/json;as=${kind};v=v1;g=meta.k8s.io`

/** Objects of any kind, as far as every object looks alike. */
export class MetadataApi extends KubernetesObjectApi {
  protected override requestPromise<T extends KubernetesObject>(context: RequestContext, type?: string): Promise<T> {
    // a type is named only where the client asks which kinds there are
    if (type === undefined) context.setHeaderParam('Accept', metadataOnly('PartialObjectMetadataList'))
    return super.requestPromise(context, type)
  }
}
