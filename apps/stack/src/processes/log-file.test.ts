import { mkdtempSync, readFileSync, readdirSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { openLogFile } from './log-file.ts';

let folder: string;
beforeEach(() => void (folder = mkdtempSync(join(tmpdir(), 'tributary-log-'))));
afterEach(() => rmSync(folder, { recursive: true }));

describe('a log file', () => {
  it('stays within its bound, and keeps the newest lines', () => {
    const onFailure = (error: Error) => {
      throw error;
    };
    const log = openLogFile(join(folder, 'a.log'), { maxBytes: 1_000, onFailure });
    for (let line = 0; line < 1_000; line++) log.write(`line ${line}`);
    log.close();
    expect(readdirSync(folder).sort()).toEqual(['a.log', 'a.log.1']);
    for (const file of readdirSync(folder))
      expect(statSync(join(folder, file)).size).toBeLessThanOrEqual(1_000);
    expect(readFileSync(join(folder, 'a.log'), 'utf8')).toMatch(/line 999\n$/);
  });

  it('goes on where it ended', () => {
    for (const line of ['first', 'second']) {
      const log = openLogFile(join(folder, 'a.log'), { onFailure: () => undefined });
      log.write(line);
      log.close();
    }
    expect(readFileSync(join(folder, 'a.log'), 'utf8')).toBe('first\nsecond\n');
  });
});
