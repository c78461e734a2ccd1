import { runService } from '@tributary/service-runtime';
import { rendererEnv } from './config.ts';
import { buildRenderer } from './service.ts';

await runService({ name: 'template-renderer', schema: rendererEnv }, (context) => {
  buildRenderer(context);
});
