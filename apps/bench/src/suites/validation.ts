import { validateEvent } from '@tributary/event-schemas';
import type { Row } from '../report.ts';

const event = {
  id: '0198a0f0-0000-7000-8000-000000000000',
  occurred: '2026-01-31T12:00:00.5Z',
  event: 'model.refreshed',
  resource: {
    'prefect.resource.id': 'product.models.recommendations',
    'prefect.resource.name': 'Recommendations',
  },
  related: [{ 'prefect.resource.id': 'prefect-cloud.webhook.1', 'prefect.resource.role': 'webhook' }],
  payload: { method: 'POST', headers: { 'content-type': 'application/json' }, body: 'x'.repeat(500) },
};

/** What checking one event costs, in microseconds: the median of several rounds after warming up. */
export function validation(): Row[] {
  const rounds = Array.from({ length: 12 }, () => {
    const start = performance.now();
    for (let i = 0; i < 20_000; i++) if (!validateEvent(event).ok) throw new Error('the event must be valid');
    return ((performance.now() - start) * 1000) / 20_000;
  });
  const settled = rounds.slice(2).sort((a, b) => a - b);
  return [{ what: 'validate one event', 'us each': settled[settled.length >> 1]! }];
}
