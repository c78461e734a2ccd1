import { runService } from '@tributary/service-runtime';
import { ingressEnv } from './config.ts';
import { buildIngress } from './service.ts';

await runService({ name: 'ingress', schema: ingressEnv }, (context) => {
  buildIngress(context);
});
