// /openapi.json: what the routes of a server take and answer, out of their own declarations.

import type { AnswerDescription, QueryParameter, Route } from './route.ts'

const schemaOf = ({ kind, min, max }: QueryParameter): object => {
  if (kind === 'integer') {
    return {
      type: 'integer',
      ...(min === undefined ? {} : { minimum: min }),
      ...(max === undefined ? {} : { maximum: max }),
    }
  }
  if (kind === 'flag') return { type: 'boolean' }
  return { type: 'string' }
}

const errorSchema = {
  type: 'object',
  required: ['error', 'code'],
  properties: { error: { type: 'string' }, code: { type: 'string' }, hint: { type: 'string' } },
}

const answerOf = (
  status: string,
  { summary, contentType = 'application/json', schema }: AnswerDescription,
): object => ({
  description: summary,
  content: { [contentType]: { schema: schema ?? (Number(status) >= 400 ? errorSchema : {}) } },
})

const operationOf = (route: Route): object => {
  const { summary, pathParameters = {}, query = {}, answers, access, method } = route
  const inPath = [...route.path.matchAll(/\{(\w+)\}/g)].map(([, name = '']) => ({
    name,
    in: 'path',
    required: true,
    description: pathParameters[name] ?? name,
    schema: { type: 'string' },
  }))
  const inQuery = Object.entries(query).map(([name, parameter]) => ({
    name,
    in: 'query',
    required: false,
    description: parameter.summary,
    schema: schemaOf(parameter),
  }))
  const takesBody = method === 'POST' || method === 'PUT'
  const bodyTypes = route.bodyTypes ?? ['application/json']
  return {
    summary,
    parameters: [...inPath, ...inQuery],
    ...(takesBody
      ? { requestBody: { content: Object.fromEntries(bodyTypes.map((type) => [type, { schema: {} }])) } }
      : {}),
    responses: Object.fromEntries(
      Object.entries(answers).map(([status, description]) => [status, answerOf(status, description)]),
    ),
    // `{}` beside the token: on loopback it is not needed.
    security: access === 'open' ? [] : access === 'read' ? [{ token: [] }, {}] : [{ token: [] }],
  }
}

/** The document for some routes. */
export const openApiDocument = (title: string, version: string, routes: readonly Route[]): object => {
  const paths: Record<string, Record<string, object>> = {}
  for (const route of routes) {
    const path = (paths[route.path] ??= {})
    path[route.method.toLowerCase()] = operationOf(route)
  }
  return {
    openapi: '3.1.0',
    info: { title, version },
    paths,
    components: { securitySchemes: { token: { type: 'http', scheme: 'bearer' } } },
  }
}

/** The routes, and the one that answers with their description. */
export const describedRoutes = (title: string, version: string, routes: readonly Route[]): readonly Route[] => {
  const own: Route = {
    method: 'GET',
    path: '/openapi.json',
    access: 'open',
    summary: 'This description.',
    answers: { 200: { summary: 'An OpenAPI 3.1 document.', schema: { type: 'object' } } },
    handle: () => ({ json: openApiDocument(title, version, all) }),
  }
  const all: readonly Route[] = [...routes, own]
  return all
}
