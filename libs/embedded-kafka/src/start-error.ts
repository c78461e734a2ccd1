import { DataDirectoryError } from './data-lock.ts';

const causes: Readonly<Record<string, (target: { port: number; host?: string; dataDir: string }) => string>> =
  {
    EADDRINUSE: ({ port }) => `The port ${port} is in use.`,
    EADDRNOTAVAIL: ({ host }) => `The address ${host} is none of this machine's.`,
    ENOTFOUND: ({ host }) => `The address ${host} is not known.`,
    EACCES: ({ port, dataDir }) => `The port ${port} or the data directory ${dataDir} is not allowed.`,
    ENOSPC: ({ dataDir }) => `The disk of the data directory ${dataDir} is full.`,
    EROFS: ({ dataDir }) => `The data directory ${dataDir} is read-only.`,
  };

/** Why a broker did not start, in one sentence. */
export function explainStartError(
  error: unknown,
  target: { readonly port: number; readonly host?: string; readonly dataDir: string },
): string {
  if (error instanceof DataDirectoryError) return error.message;
  const explain = causes[(error as NodeJS.ErrnoException).code ?? ''];
  return explain ? explain(target) : error instanceof Error ? (error.stack ?? error.message) : String(error);
}
