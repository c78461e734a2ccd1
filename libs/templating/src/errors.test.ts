import { describe, expect, it } from '@jest/globals';
import { TemplateError, createEnvironment, validateTemplate } from './index.ts';

const environment = createEnvironment();

function errorOf(template: string, context: Record<string, unknown> = {}): TemplateError {
  try {
    environment.compile(template).render(context);
  } catch (error) {
    if (error instanceof TemplateError) return error;
    throw error;
  }
  throw new Error('It rendered.');
}

describe('errors', () => {
  it.each([
    ['unknown tag', '{% fro x %}', 'TemplateSyntaxError', 1, 4],
    ['unexpected token', 'a\n{{ 1 + }}', 'TemplateSyntaxError', 2, 8],
    ['unclosed tag', 'x\n{% if a %}\nb', 'TemplateSyntaxError', 3, 2],
    ['bad identifier', '{{ ² }}', 'TemplateSyntaxError', 1, 4],
    ['unknown filter', '{% for x in y %}{{ x|uper }}{% endfor %}', 'TemplateAssertionError', 1, 22],
    ['unknown test', '{{ 1 is ood }}', 'TemplateAssertionError', 1, 9],
    ['undefined called', '\n\n  {{ foo() }}', 'UndefinedError', 3, 6],
    ['undefined added', '{{ 1 + foo.bar }}', 'UndefinedError', 1, 8],
    ['missing attribute added', '{{ d.a.b + 1 }}', 'UndefinedError', 1, 6],
    ['wrong types', '{{ 1 + "a" }}', 'TypeError', 1, 6],
    ['division by zero', '{{ 1 // z }}', 'ZeroDivisionError', 1, 6],
    ['filter', '{{ d|abs }}', 'TypeError', 1, 6],
    ['mutation', '{{ d.update() }}', 'SecurityError', 1, 6],
    ['inside a macro', '{% macro m(a) %}\n{{ a + 1 }}{% endmacro %}{{ m("x") }}', 'TypeError', 2, 6],
    ['inside a loop', '{% for x in [0] %}\n\n{{ 1 / x }}{% endfor %}', 'ZeroDivisionError', 3, 6],
    ['loader', '{% include "x" %}', 'TypeError', 1, 4],
  ])('%s: points at the token', (_name, template, name, line, column) => {
    const error = errorOf(template, { d: {}, z: 0 });
    expect({ name: error.name, line: error.line, column: error.column }).toEqual({ name, line, column });
    expect(error.snippet).toBe(template.split('\n')[line - 1]);
  });

  it('suggests the nearest names', () => {
    expect(errorOf('{{ 1|uper }}').hint).toBe("Did you mean 'upper'?");
    expect(errorOf('{% fro x %}').hint).toContain("'for'");
    expect(errorOf('{{ 1 is defnied }}').hint).toContain("'defined'");
    expect(errorOf('{% if a %}').hint).toBe("The 'if' tag was opened on line 1.");
  });

  it('gives every error a place', () => {
    for (const template of [
      '{% for a in range(101) %}{% endfor %}',
      '{{ [1] * 10**9 }}',
      '{% macro f() %}{{ f() }}{% endmacro %}{{ f() }}',
    ]) {
      expect(errorOf(template).line).toBe(1);
    }
  });
});

describe('validateTemplate', () => {
  const loop = (body: string): string => `{% for a in b %}${body}{% endfor %}`;

  it('accepts ten loops, two deep', () => {
    expect(validateTemplate(loop(loop('x')) + loop('').repeat(8), environment)).toEqual([]);
  });

  it('refuses an eleventh loop', () => {
    const [problem] = validateTemplate(`\n${loop('').repeat(11)}`, environment);
    expect(problem?.message).toBe('Contains 11 for loops, but the limit is 10.');
    expect(problem?.line).toBe(2);
  });

  it('refuses a loop three deep', () => {
    const [problem] = validateTemplate(loop(`\n${loop(loop(''))}`), environment);
    expect(problem?.message).toContain('depth of 3');
    expect(problem?.line).toBe(2);
  });

  it('returns syntax errors as values', () => {
    const [problem] = validateTemplate('{{ a|nope }}', environment);
    expect(problem).toMatchObject({ name: 'TemplateAssertionError', line: 1, column: 6 });
  });
});

describe('compileExpression', () => {
  it('gives a value', () => {
    const expression = environment.compileExpression("body.action == 'opened' and headers.x|length > 1");
    expect(expression.evaluate({ body: { action: 'opened' }, headers: { x: 'ab' } })).toBe(true);
    expect(expression.evaluate({ body: { action: 'closed' } })).toBe(false);
  });

  it('counts columns in the expression', () => {
    expect(() => environment.compileExpression('a ==')).toThrow(
      expect.objectContaining({ line: 1, column: 5 }),
    );
    expect(() => environment.compileExpression('a }} {{ b')).toThrow(TemplateError);
  });
});
