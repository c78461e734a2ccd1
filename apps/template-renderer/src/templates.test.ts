import { describe, expect, it } from '@jest/globals';
import { createEnvironment } from '@tributary/templating';
import { createTemplates } from './templates.ts';

function counted(max: number) {
  const environment = createEnvironment();
  const compiled: string[] = [];
  const compile = (source: string) => {
    compiled.push(source);
    return environment.compile(source);
  };
  return { templates: createTemplates({ compile }, { max }), compiled };
}

describe('createTemplates', () => {
  it('compiles a version of a webhook once', () => {
    const { templates, compiled } = counted(10);
    for (const template of ['a', 'a', 'b']) {
      expect(templates.compiled({ id: '1', version: template === 'a' ? 1 : 2, template }).render()).toBe(
        template,
      );
    }
    expect(compiled).toEqual(['a', 'b']);
  });

  it('keeps an error as it keeps a template', () => {
    const { templates, compiled } = counted(10);
    const broken = { id: '1', version: 1, template: '{{' };
    expect(() => templates.compiled(broken)).toThrow();
    expect(() => templates.compiled(broken)).toThrow();
    expect(compiled).toHaveLength(1);
  });

  it('forgets the webhook that was not called for longest', () => {
    const { templates, compiled } = counted(2);
    for (const id of ['1', '2', '1', '3', '1', '2']) templates.compiled({ id, version: 1, template: id });
    expect(compiled).toEqual(['1', '2', '3', '2']);
    expect(templates.size).toBe(2);
  });
});
