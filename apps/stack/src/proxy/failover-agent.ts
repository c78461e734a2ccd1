import { Agent } from 'node:http';
import type { AgentOptions } from 'node:http';
import { connect } from 'node:net';
import type { Socket } from 'node:net';
import type { Duplex } from 'node:stream';

/** An instance of a service. */
export interface Address {
  host: string;
  port: number;
}

/**
 * Connections to the instances of one service, in turn. One that refuses is passed over for the next. A request is never
 * sent twice: the choice is made before a byte of it is written, and anything but a refused connection is the caller's.
 */
export class FailoverAgent extends Agent {
  readonly #instances: Address[];
  #next = 0;

  constructor(instances: Address[], options: AgentOptions = {}) {
    // The longest idle connection first, so that the load spreads over all of them.
    super({ keepAlive: true, scheduling: 'fifo', ...options });
    this.#instances = instances;
  }

  override createConnection(
    _options: unknown,
    done?: (error: Error | null, stream: Duplex) => void,
  ): undefined {
    const turn = this.#next++;
    const attempt = (tried: number): void => {
      const instance = this.#instances[(turn + tried) % this.#instances.length]!;
      const socket = connect(instance);
      const onError = (error: NodeJS.ErrnoException): void => {
        if (error.code === 'ECONNREFUSED' && tried + 1 < this.#instances.length) attempt(tried + 1);
        else done?.(error, socket);
      };
      socket.once('error', onError);
      socket.once('connect', () => {
        socket.off('error', onError);
        configure(socket);
        done?.(null, socket);
      });
    };
    attempt(0);
    return undefined;
  }
}

function configure(socket: Socket): void {
  socket.setNoDelay(true);
  socket.setKeepAlive(true, 1_000);
}
