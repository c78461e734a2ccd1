#!/usr/bin/env node
import v8 from 'node:v8';
import { createBroker } from './broker.ts';
import { readCliOptions, usage } from './cli-options.ts';
import { explainStartError } from './start-error.ts';

const options = readCliOptions(process.argv.slice(2));
if (options.kind === 'help') process.stdout.write(usage);
else if (options.kind === 'wrong') {
  process.stderr.write(`embedded-kafka: ${options.message}\n`);
  process.exitCode = 2;
} else {
  const { json } = options;
  /* What a request leaves behind is short-lived: V8's young generation need not grow to over a hundred megabytes. */
  v8.setFlagsFromString('--semi-space-growth-factor=1');
  const log = (level: string, message: string) => process.stderr.write(`${level} ${message}\n`);
  const broker = createBroker({ ...options.broker, log });
  const stop = () => void broker.stop().then(() => process.exit(0));
  process.on('SIGTERM', stop);
  process.on('SIGINT', stop);
  try {
    await broker.start();
    const { host = '127.0.0.1' } = options.broker;
    const isLocal = host === 'localhost' || host.startsWith('127.') || host === '::1';
    if (!isLocal)
      log('warn', `listening on ${host}: whoever reaches this port may read and write everything`);
    const ready = { ready: true, host, port: broker.port, address: broker.address, pid: process.pid };
    process.stdout.write(json ? `${JSON.stringify(ready)}\n` : `Kafka at ${broker.address}\n`);
  } catch (error) {
    process.stderr.write(`embedded-kafka: ${explainStartError(error, options.broker)}\n`);
    process.exitCode = 1;
  }
}
