import { runService } from '@tributary/service-runtime';
import { configSchema } from './config.ts';
import { buildEventStore } from './service.ts';

await runService({ name: 'event-store', schema: configSchema }, (context) => {
  buildEventStore(context);
});
