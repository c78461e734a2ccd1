import { Agent } from 'node:http';
import { connect } from 'node:net';
import type { Socket } from 'node:net';
import type { Duplex } from 'node:stream';

/** An instance of a service. */
export interface Address {
  host: string;
  port: number;
}

/** An idle connection is closed from this side, long before a service does it: a request can meet no closed one. */
const IDLE_MS = 10_000;

/**
 * Connections to one instance of a service, and to the next ones while it refuses them. A request is never sent twice:
 * the choice is made before a byte of it is written, and anything but a refused connection is the caller's.
 */
class FailoverAgent extends Agent {
  readonly #instances: Address[];
  readonly #borrowed = new WeakSet<Duplex>();

  /** @param instances The preferred one first. */
  constructor(instances: Address[]) {
    super({ keepAlive: true, timeout: IDLE_MS });
    this.#instances = instances;
  }

  override createConnection(
    _options: unknown,
    done?: (error: Error | null, stream: Duplex) => void,
  ): undefined {
    const attempt = (index: number): void => {
      const socket = connect(this.#instances[index]!);
      const onError = (error: NodeJS.ErrnoException): void => {
        if (error.code === 'ECONNREFUSED' && index + 1 < this.#instances.length) attempt(index + 1);
        else done?.(error, socket);
      };
      socket.once('error', onError);
      socket.once('connect', () => {
        socket.off('error', onError);
        if (index > 0) this.#borrowed.add(socket);
        configure(socket);
        done?.(null, socket);
      });
    };
    attempt(0);
    return undefined;
  }

  /** A connection to another instance serves one request: the preferred one is back in a moment. */
  override keepSocketAlive(socket: Duplex): boolean {
    // The method answers whether to keep it (https://nodejs.org/api/http.html#agentkeepsocketalivesocket); its type says void.
    return !this.#borrowed.has(socket) && Boolean(super.keepSocketAlive(socket));
  }
}

function configure(socket: Socket): void {
  socket.setNoDelay(true);
  socket.setKeepAlive(true, 1_000);
}

/** The instances of a service in turn, request by request. */
export interface RoundRobin {
  next: () => Agent;
  destroy: () => void;
}

export function roundRobin(instances: Address[]): RoundRobin {
  const agents = instances.map(
    (_, first) => new FailoverAgent([...instances.slice(first), ...instances.slice(0, first)]),
  );
  let turn = 0;
  return {
    next: () => agents[turn++ % agents.length]!,
    destroy: () => {
      for (const agent of agents) agent.destroy();
    },
  };
}
