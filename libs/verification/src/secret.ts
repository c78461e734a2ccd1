/** A secret in clear, with the id that its use is counted by. */
export interface Secret {
  id: string;
  value: string;
}

/** An empty one stands for a secret that cannot be read: it matches nothing. */
export function isUsable({ value }: Secret): boolean {
  return value !== '';
}
