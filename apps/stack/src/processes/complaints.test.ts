import { describe, expect, it } from '@jest/globals';
import { watchComplaints } from './complaints.ts';

describe('complaints', () => {
  it('are the errors in logs, with their causes', () => {
    const { read } = watchComplaints();
    expect(read('{"level":"error","msg":"could not store","error":{"message":"disk full"}}', 'stdout')).toBe(
      'could not store: disk full',
    );
    expect(read('{"level":60,"msg":"could not start"}', 'stdout')).toBe('could not start');
    expect(read('{"level":"warn","msg":"slow"}', 'stdout')).toBeUndefined();
    expect(read('{"level":', 'stdout')).toBeUndefined();
    expect(read('error the log cannot be written', 'stderr')).toBe('the log cannot be written');
    expect(read('2026-01-01 UTC [7] PANIC:  could not write: No space left on device', 'stderr')).toMatch(
      /No space/,
    );
  });

  it('are not what PostgreSQL tells impatient clients', () => {
    const { read } = watchComplaints();
    expect(read('2026 FATAL:  the database system is starting up', 'stderr')).toBeUndefined();
    expect(
      read('2026 FATAL:  terminating connection due to administrator command', 'stderr'),
    ).toBeUndefined();
  });

  it('are shown once in half a minute', () => {
    let now = 0;
    const { read } = watchComplaints(() => now);
    const line = '{"level":50,"msg":"no broker"}';
    expect(read(line, 'stdout')).toBe('no broker');
    now = 29_000;
    expect(read(line, 'stdout')).toBeUndefined();
    now = 31_000;
    expect(read(line, 'stdout')).toBe('no broker');
  });

  it('tell why a process ended', () => {
    const crashed = watchComplaints();
    const stack = Array.from({ length: 30 }, (_, frame) => `    at f${frame} (x.js:1:1)`);
    for (const line of ['x.js:1', 'throw e', '^', 'TypeError [CODE]: no such thing', ...stack, 'Node.js v24'])
      crashed.read(line, 'stderr');
    expect(crashed.last()).toBe('TypeError [CODE]: no such thing');

    const misconfigured = watchComplaints();
    for (const line of ['The configuration is not valid:', '  - A is required.', '(node:1) Warning: x'])
      misconfigured.read(line, 'stderr');
    expect(misconfigured.last()).toBe('The configuration is not valid: - A is required.');
    expect(watchComplaints().last()).toBeUndefined();
  });
});
