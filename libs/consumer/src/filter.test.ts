import { describe, expect, it } from '@jest/globals';
import { createFilter } from './filter.ts';
import { anEvent } from '../test/an-event.ts';
import type { EventFilter } from './types.ts';

const event = anEvent({
  event: 'github.push',
  resource: { 'prefect.resource.id': 'repo.tributary', branch: 'main', empty: '' },
});

describe('a filter', () => {
  it.each<[EventFilter | undefined, boolean]>([
    [undefined, true],
    [{}, true],
    [{ event: 'github.push' }, true],
    [{ event: 'github' }, false],
    [{ event: 'github.*' }, true],
    [{ event: '*' }, true],
    [{ event: 'GITHUB.*' }, false],
    [{ event: 'github.pus?' }, true],
    [{ event: 'githubXpush' }, false],
    [{ event: ['order.*', 'github.*'] }, true],
    [{ event: [] }, false],
    [{ event: '!github.*' }, false],
    [{ event: '!order.*' }, true],
    [{ resource: { branch: 'main' } }, true],
    [{ resource: { branch: ['dev', 'ma*'] } }, true],
    [{ resource: { branch: 'dev' } }, false],
    [{ resource: { branch: '!dev' } }, true],
    [{ resource: { empty: '' } }, true],
    [{ resource: { missing: '*' } }, false],
    [{ resource: { missing: '!x' } }, false],
    [{ resource: { constructor: '*' } }, false],
    [{ resource: { branch: 'main', 'prefect.resource.id': 'repo.*' } }, true],
    [{ resource: { branch: 'main', 'prefect.resource.id': 'user.*' } }, false],
    [{ event: 'order.*', resource: { branch: 'main' } }, false],
    [{ resource: { branch: '[m]ain' } }, false],
    [{ resource: { branch: 'm.in' } }, false],
  ])('%j: %s', (filter, expected) => {
    expect(createFilter(filter)(event)).toBe(expected);
  });

  it('may be a function', () => {
    expect(createFilter(({ payload }) => payload['n'] === 1)(anEvent({ payload: { n: 1 } }))).toBe(true);
  });

  it('sees names over several lines, and characters of any length', () => {
    expect(createFilter({ event: 'a*b?' })(anEvent({ event: 'a\nb🎉' }))).toBe(true);
  });
});
