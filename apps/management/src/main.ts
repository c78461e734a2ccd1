import { runService } from '@tributary/service-runtime';
import { managementEnv } from './config.ts';
import { buildManagement } from './service.ts';

await runService({ name: 'management', schema: managementEnv }, (context) => {
  buildManagement(context);
});
