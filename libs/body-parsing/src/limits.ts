/**
 * How much structure a body may have. Its bytes are bounded before; these bounds keep a few bytes from becoming many
 * values: past them the body is text, with the problem `too_complex`.
 */
export const bodyLimits = {
  /** Fields of an urlencoded form. */
  formFields: 10_000,
  /** Parts of a multipart form. */
  multipartParts: 1_000,
  /** Bytes of the headers of one part. */
  partHeaderBytes: 16_384,
  /** Elements and attributes of an XML document. */
  xmlNodes: 100_000,
  /** Elements within elements. */
  xmlDepth: 200,
} as const;
