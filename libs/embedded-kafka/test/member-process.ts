/** A member of a group as a process, to be killed and frozen: `PORT GROUP TOPIC`. Prints a line for each record. */
import { consume, kafkaOf, openResources } from './broker-process.ts';

const [port, groupId = '', topic = ''] = process.argv.slice(2);
await consume(openResources(), kafkaOf(Number(port)), {
  topic,
  groupId,
  onMessage: ({ message }) => process.stdout.write(`${String(message.value)}\n`),
});
