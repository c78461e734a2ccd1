import { describe, expect, it } from '@jest/globals';
import { createEnvironment } from '@tributary/templating';
import { aRenderedWebhook } from '../test/run-execution.ts';
import { createPreparedWebhooks } from './prepared-webhook.ts';

function counted(bounds: { max: number; maxBytes?: number }) {
  const environment = createEnvironment();
  const compiled: string[] = [];
  const prepared = createPreparedWebhooks(
    {
      compile: (source, options) => {
        compiled.push(source);
        return environment.compile(source, options);
      },
      compileExpression: (source) => environment.compileExpression(source),
    },
    bounds,
  );
  const render = (id: string, version: number, template: string) =>
    prepared
      .get(aRenderedWebhook({ id: id.padStart(8, '0') + '-1111-4222-8333-444455556666', version, template }))
      .template(new Map());
  return { prepared, compiled, render };
}

describe('createPreparedWebhooks', () => {
  it('compiles a version of a webhook once, and nothing before it is called', () => {
    const { render, compiled } = counted({ max: 10 });
    expect(render('1', 1, '{{ 1 }}') + render('1', 1, '{{ 1 }}') + render('1', 2, '{{ 2 }}')).toBe('112');
    expect(compiled).toEqual(['{{ 1 }}', '{{ 2 }}']);
  });

  it('keeps an error as it keeps a template', () => {
    const { render, compiled } = counted({ max: 10 });
    expect(() => render('1', 1, '{{')).toThrow();
    expect(() => render('1', 1, '{{')).toThrow();
    expect(compiled).toHaveLength(1);
  });

  it('compiles nothing where there is nothing to compile', () => {
    const { render, compiled } = counted({ max: 10 });
    expect(render('1', 1, '{# {} #}\n')).toBe('{# {} #}\n');
    expect(compiled).toEqual([]);
  });

  it('forgets the webhook that was not called for longest', () => {
    const { prepared, render, compiled } = counted({ max: 2 });
    for (const id of ['1', '2', '1', '3', '1', '2']) render(id, 1, `{{ ${id} }}`);
    expect(compiled).toEqual(['{{ 1 }}', '{{ 2 }}', '{{ 3 }}', '{{ 2 }}']);
    expect(prepared.size).toBe(2);
  });

  it('is bounded in bytes too', () => {
    const { prepared, render } = counted({ max: 100, maxBytes: 1_000_000 });
    for (let id = 1; id <= 10; id++) render(String(id), 1, `{{ 1 }}${'x'.repeat(5_000)}`);
    expect(prepared.size).toBe(3);
  });
});
