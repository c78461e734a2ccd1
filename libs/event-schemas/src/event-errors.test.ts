import { describe, expect, it } from '@jest/globals';
import { eventLimits } from './event.ts';
import { validateEvent, validateEvents } from './event-errors.ts';

const valid = {
  id: '0198a0f0-0000-7000-8000-000000000000',
  occurred: '2026-01-31T12:00:00Z',
  event: 'model.refreshed',
  resource: { 'prefect.resource.id': 'product.models.recommendations' },
};

const related = (count: number) =>
  Array.from({ length: count }, (_, index) => ({
    'prefect.resource.id': `thing.${index}`,
    'prefect.resource.role': 'part',
  }));

const labels = (count: number) => ({
  'prefect.resource.id': 'thing',
  ...Object.fromEntries(Array.from({ length: count - 1 }, (_, index) => [`label-${index}`, 'x'])),
});

describe('a valid event', () => {
  it('has every optional field filled in', () => {
    const result = validateEvent(valid);
    expect(result).toEqual({ ok: true, event: { ...valid, related: [], payload: {}, follows: null } });
  });

  it('loses unknown keys', () => {
    const result = validateEvent({ ...valid, data: 1, received: '2020-01-01T00:00:00Z' });
    expect(result.ok && Object.keys(result.event)).toEqual([
      'id',
      'occurred',
      'event',
      'resource',
      'related',
      'payload',
      'follows',
    ]);
  });

  it.each([
    ['an undashed id', { id: '0198A0F0000070008000000000000000' }],
    ['an empty name', { event: '' }],
    ['a name at the limit', { event: 'x'.repeat(eventLimits.nameLength) }],
    [
      'a name at the limit in characters outside the basic plane',
      { event: '🎉'.repeat(eventLimits.nameLength) },
    ],
    ['a resource id of white space', { resource: { 'prefect.resource.id': ' ' } }],
    ['labels at the limit', { resource: labels(eventLimits.labels) }],
    ['related resources at the limit', { related: related(eventLimits.related) }],
    ['a follows of null', { follows: null }],
  ])('may have %s', (_what, change) => {
    expect(validateEvent({ ...valid, ...change }).ok).toBe(true);
  });

  it.each([
    ['2026-01-31T12:00:00.123+02:00', '2026-01-31T10:00:00.123000Z'],
    ['2026-01-31 12:00:00', '2026-01-31T12:00:00Z'],
    ['2026-01-31', '2026-01-31T00:00:00Z'],
    ['2026-01-31T12:00:00.1234567Z', '2026-01-31T12:00:00.123456Z'],
  ])('that occurred %s is kept as %s', (given, kept) => {
    expect(validateEvent({ ...valid, occurred: given })).toMatchObject({ event: { occurred: kept } });
  });
});

describe('an invalid event', () => {
  it.each<[string, object, { type: string; loc: (string | number)[]; msg?: RegExp }]>([
    ['no id', { id: undefined }, { type: 'missing', loc: ['id'] }],
    ['an id that is no UUID', { id: 'x' }, { type: 'uuid_parsing', loc: ['id'] }],
    ['an id that is a number', { id: 7 }, { type: 'uuid_type', loc: ['id'] }],
    ['no time', { occurred: undefined }, { type: 'missing', loc: ['occurred'] }],
    [
      '31 February',
      { occurred: '2026-02-31T00:00:00Z' },
      { type: 'datetime_from_date_parsing', loc: ['occurred'] },
    ],
    ['a name that is a number', { event: 7 }, { type: 'string_type', loc: ['event'] }],
    [
      'a name over the limit',
      { event: 'x'.repeat(1025) },
      { type: 'value_error', loc: ['event'], msg: /1024/ },
    ],
    ['no resource', { resource: undefined }, { type: 'missing', loc: ['resource'] }],
    [
      'no resource id',
      { resource: {} },
      { type: 'value_error', loc: ['resource'], msg: /prefect\.resource\.id/ },
    ],
    [
      'an empty resource id',
      { resource: { 'prefect.resource.id': '' } },
      { type: 'value_error', loc: ['resource'] },
    ],
    [
      'a label that is a number',
      { resource: { 'prefect.resource.id': 'a', n: 1 } },
      { type: 'string_type', loc: ['resource', 'n'] },
    ],
    [
      'a label that is null',
      { resource: { 'prefect.resource.id': 'a', n: null } },
      { type: 'string_type', loc: ['resource', 'n'] },
    ],
    ['501 labels', { resource: labels(501) }, { type: 'value_error', loc: ['resource'], msg: /500/ }],
    [
      '101 related resources',
      { related: related(101) },
      { type: 'value_error', loc: ['related'], msg: /100/ },
    ],
    [
      'related resources without a role',
      { related: [{ 'prefect.resource.id': 'a' }] },
      { type: 'value_error', loc: ['related', 0], msg: /role/ },
    ],
    ['related of null', { related: null }, { type: 'list_type', loc: ['related'] }],
    ['a payload that is a list', { payload: [] }, { type: 'dict_type', loc: ['payload'] }],
    ['a payload of null', { payload: null }, { type: 'dict_type', loc: ['payload'] }],
  ])('with %s says what and where', (_what, change, { type, loc, msg }) => {
    const result = validateEvent({ ...valid, ...change });
    expect(result).toMatchObject({ ok: false, faults: [{ type, loc }] });
    if (msg) expect(!result.ok && result.faults[0]?.msg).toMatch(msg);
  });

  it.each([5, 'text', null, []])('that is %j is no event', (input) => {
    expect(validateEvent(input)).toMatchObject({
      ok: false,
      faults: [{ type: 'model_attributes_type', loc: [] }],
    });
  });
});

describe('a list of events', () => {
  it('is refused whole, with the index of what is wrong', () => {
    expect(validateEvents([valid, { ...valid, event: 1 }])).toMatchObject({
      ok: false,
      faults: [{ loc: [1, 'event'] }],
    });
  });

  it('may be empty', () => {
    expect(validateEvents([])).toEqual({ ok: true, events: [] });
  });

  it('must be a list', () => {
    expect(validateEvents(valid)).toMatchObject({ ok: false, faults: [{ type: 'list_type', loc: [] }] });
  });
});
