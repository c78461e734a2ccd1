/** The fields of a webhook that have a say in what becomes of a request: what a draft names, and what a webhook is known by. */
export const renderingFields = {
  template: true,
  template_mode: true,
  filter: true,
  routes: true,
  schema: true,
  parse_xml: true,
  deduplication: true,
  response: true,
} as const;
