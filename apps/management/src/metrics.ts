import { metrics } from '@opentelemetry/api';

/** Shows the backlog of the outbox to whoever scrapes, until the returned function is called. */
export function observeBacklog(read: () => { waiting: number; oldestMs: number }): () => void {
  const meter = metrics.getMeter('tributary.management');
  const waiting = meter.createObservableGauge('tributary.outbox.waiting', {
    description: 'Changes that are saved and not yet on Kafka',
  });
  const age = meter.createObservableGauge('tributary.outbox.age', {
    description: 'Time for which the oldest of them has waited',
    unit: 's',
  });
  const observe = (result: { observe: (gauge: typeof waiting, value: number) => void }): void => {
    const backlog = read();
    result.observe(waiting, backlog.waiting);
    result.observe(age, backlog.oldestMs / 1_000);
  };
  meter.addBatchObservableCallback(observe, [waiting, age]);
  return () => {
    meter.removeBatchObservableCallback(observe, [waiting, age]);
  };
}
