import { parseArgs } from 'node:util';
import type { BrokerOptions } from './broker.ts';

/** What the command line asks for. */
export type CliOptions =
  | { readonly kind: 'run'; readonly broker: BrokerOptions; readonly json: boolean }
  | { readonly kind: 'help' }
  | { readonly kind: 'wrong'; readonly message: string };

/** The text of `--help`. */
export const usage = `Usage: embedded-kafka [--port 9092] [--host 127.0.0.1] [--data .kafka] [--fsync] [--json]

  --port PORT             port to listen on; 0 takes a free one (9092)
  --host ADDRESS          address to listen on (127.0.0.1)
  --advertised-host NAME  host name that clients are told (the address listened on)
  --data DIRECTORY        where everything is kept (.kafka)
  --fsync                 acknowledge only what the disk has
  --json                  print one line of JSON when ready
`;

/** Reads the arguments of the command line; whatever is wrong with them is said in one sentence. */
export function readCliOptions(args: readonly string[]): CliOptions {
  const wrong = (message: string) => ({ kind: 'wrong', message }) as const;
  try {
    const { values } = parseArgs({
      args: [...args],
      options: {
        port: { type: 'string', default: '9092' },
        host: { type: 'string', default: '127.0.0.1' },
        'advertised-host': { type: 'string' },
        data: { type: 'string', default: '.kafka' },
        fsync: { type: 'boolean', default: false },
        json: { type: 'boolean', default: false },
        help: { type: 'boolean', default: false },
      },
    });
    if (values.help) return { kind: 'help' };
    const port = Number(values.port);
    if (!/^\d+$/.test(values.port) || port > 65535) {
      return wrong(`--port takes a number from 0 to 65535, not ${JSON.stringify(values.port)}.`);
    }
    if (values.data === '') return wrong('--data takes a directory.');
    const advertisedHost = values['advertised-host'];
    const broker = { port, host: values.host, dataDir: values.data, fsync: values.fsync };
    return {
      kind: 'run',
      broker: { ...broker, ...(advertisedHost === undefined ? {} : { advertisedHost }) },
      json: values.json,
    };
  } catch (error) {
    return wrong(error instanceof Error ? error.message : String(error));
  }
}
