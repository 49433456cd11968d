import type { AnyEndpoint, Call, Client, Result } from '@cityos/contract'
import { type Query, type UseQueryOptions, useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { createContext, useContext, useEffect } from 'react'
import { useLogoutIfAccessDenied } from 'react-admin'
import { rowParameter } from './data-provider.ts'
import type { ConsoleError } from './failure.ts'

const ClientContext = createContext<Client | null>(null)
export const ClientProvider = ClientContext.Provider

/** The typed client of this console. */
export function useClient(): Client {
  const client = useContext(ClientContext)
  if (!client) throw new Error('ClientProvider is missing')
  return client
}

/** Reads one endpoint and keeps the answer; used where a screen is more than a react-admin resource. */
export function useRead<E extends AnyEndpoint>(
  endpoint: E,
  call: Call<E> = {},
  options: Partial<Pick<UseQueryOptions<Result<E>, ConsoleError>, 'enabled' | 'refetchInterval' | 'staleTime' | 'placeholderData'>> = {},
) {
  const client = useClient()
  const leave = useLogoutIfAccessDenied()
  const answer = useQuery<Result<E>, ConsoleError>({
    queryKey: ['read', endpoint.id, call],
    queryFn: ({ signal }) => client(endpoint, call, { signal }),
    retry: (count, error) => count < 2 && (error.status === 0 || error.status === 503),
    ...options,
  })
  const { error } = answer
  useEffect(() => {
    if (error?.status === 401) void leave(error)
  }, [error, leave])
  return answer
}

/**
 * Sends one endpoint; afterwards everything shown is read again, because one action moves many numbers. What was removed is
 * read again by whoever opens it next: the page about it is about to be left, and would only hear that it is gone.
 */
export function useSend<E extends AnyEndpoint>(endpoint: E) {
  const client = useClient()
  const cache = useQueryClient()
  return useMutation<Result<E>, ConsoleError, Call<E> & { idempotencyKey?: string }>({
    mutationFn: ({ idempotencyKey, ...call }) => client(endpoint, call as Call<E>, { idempotencyKey }),
    onSuccess: async (_, { params }) => {
      const id = endpoint.method === 'DELETE' ? String((params as Record<string, unknown> | undefined)?.[rowParameter(endpoint)]) : null
      const isRemoved = ({ queryKey }: Query) => id !== null && isAbout(queryKey, id)
      await cache.invalidateQueries({ predicate: isRemoved, refetchType: 'none' })
      await cache.invalidateQueries({ predicate: (query) => !isRemoved(query) })
    },
  })
}

/** Whether a query reads one thing, as the framework (`[resource, 'getOne', { id }]`) or `useRead` asks for it. */
export function isAbout(queryKey: readonly unknown[], id: string): boolean {
  const [first, second, third] = queryKey
  if (second === 'getOne') return (third as { id?: unknown } | undefined)?.id === id
  return first === 'read' && Object.values((third as Call<AnyEndpoint>).params ?? {}).includes(id)
}
