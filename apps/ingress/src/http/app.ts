import type { RequestListener } from 'node:http';
import { createServiceApp, errorHandler, notFound } from '@tributary/service-runtime';
import type { Lifecycle, Logger } from '@tributary/service-runtime';
import { HOOKS_PREFIX } from '../hook-target.ts';
import { originForm } from '../origin-form.ts';

/**
 * What the ingress serves. Calls of webhooks go straight to their handler: Express' routing would cost a call more than
 * all our own work on it (README.md has the figures). Everything else is Express'.
 */
export function createApp(
  receive: RequestListener,
  { lifecycle, logger }: { lifecycle: Lifecycle; logger: Logger },
): RequestListener {
  const app = createServiceApp(lifecycle);
  app.use(notFound);
  app.use(errorHandler(logger));
  return (request, response) => {
    const { url = '/' } = request;
    if (!url.startsWith('/')) request.url = originForm(url);
    if (request.url!.startsWith(HOOKS_PREFIX)) receive(request, response);
    else app(request, response);
  };
}
