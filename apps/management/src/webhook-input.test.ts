import { describe, expect, it } from '@jest/globals';
import type { SettingsRecord } from '@tributary/event-schemas';
import { readNewWebhook, readWebhookChange } from './webhook-input.ts';

function current(): SettingsRecord {
  const input = readNewWebhook({ name: 'n', template: 't', enabled: false, limits: { max_body_bytes: 5 } });
  if (!input.ok) throw new Error(JSON.stringify(input.errors));
  return input.settings;
}
const change = (body: unknown) => readWebhookChange(body, current(), { shown: { slug: 's', ...current() } });

describe('a change of a webhook', () => {
  it('keeps what it does not name, inside limits too', () => {
    expect(change({ name: 'new', limits: {} })).toEqual({
      ok: true,
      settings: { ...current(), name: 'new' },
    });
  });

  it('may repeat what the system set', () => {
    expect(change({ ...current(), slug: 's' }).ok).toBe(true);
    expect(change({ slug: 'other' })).toMatchObject({ ok: false, errors: [{ pointer: '/slug' }] });
  });

  it('tells every fault at once', () => {
    const result = change({ slug: 'other', name: '', 'a/b~c': 1 });
    expect(result.ok ? [] : result.errors.map(({ pointer }) => pointer)).toEqual([
      '/slug',
      '/name',
      '/a~1b~0c',
    ]);
  });

  it('refuses more than ten loops when the template is saved, where the eleventh is', () => {
    const loop = '{% for i in [1] %}{% endfor %}\n';
    expect(change({ template: loop.repeat(10) }).ok).toBe(true);
    expect(change({ template: loop.repeat(11) })).toMatchObject({
      ok: false,
      errors: [{ pointer: '/template', line: 11, column: expect.any(Number) }],
    });
  });

  it.each([null, 7, 'text', [], [{ name: 'x' }]])('refuses %j', (body) => {
    expect(change(body)).toMatchObject({ ok: false, errors: [{ pointer: '' }] });
  });
});
