/**
 * The API of a service of Tributary, called with an API key, as an OpenAPI 3.1 document
 * (https://spec.openapis.org/oas/v3.1.1.html). `schemas` are JSON Schemas, which `paths` name by
 * {@link schemaReference}.
 */
export function describeApi(
  title: string,
  { version, paths, schemas }: { version: string; paths: object; schemas: Record<string, object> },
): object {
  return {
    openapi: '3.1.1',
    info: { title, version, license: { name: 'Apache-2.0', identifier: 'Apache-2.0' } },
    security: [{ apiKey: [] }],
    paths,
    components: { securitySchemes: { apiKey: { type: 'http', scheme: 'bearer' } }, schemas },
  };
}

/** The content of a request or an answer that is one of the document's schemas. */
export function schemaReference(name: string, type = 'application/json'): object {
  return { [type]: { schema: { $ref: `#/components/schemas/${name}` } } };
}

/** A part of a path that is a UUID. */
export function uuidParameter(name: string): object {
  return { name, in: 'path', required: true, schema: { type: 'string', format: 'uuid' } };
}
