/** A secret in clear, with the id that its use is counted by. */
export interface Secret {
  id: string;
  value: string;
}
