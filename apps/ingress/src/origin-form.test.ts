import { expect, it } from '@jest/globals';
import { originForm } from './origin-form.ts';

it.each([
  ['/hooks/a?b=c', '/hooks/a?b=c'],
  ['http://a.example/hooks/a/b?c=http://d', '/hooks/a/b?c=http://d'],
  ['HTTPS://a.example:8443/hooks', '/hooks'],
  ['http://a.example', '/'],
  ['http://a.example?b', '/?b'],
  ['*', '*'],
  ['ftp://a.example/b', 'ftp://a.example/b'],
])('the target %s is that of %s', (target, origin) => {
  expect(originForm(target)).toBe(origin);
});
