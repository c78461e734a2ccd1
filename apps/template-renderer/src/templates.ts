import type { Environment, Template } from '@tributary/templating';
import { TemplateError } from '@tributary/templating';

/** A webhook's template at one version. */
export interface TemplateSource {
  id: string;
  version: number;
  template: string;
}

/** What compiling gave: an error too is kept, so that a broken template costs a compilation per version, not per call. */
type Compiled = { version: number } & ({ template: Template } | { error: TemplateError });

/** Compiled templates by webhook. */
export interface Templates {
  /** The compiled template; throws the `TemplateError` of one that does not compile. */
  compiled: (source: TemplateSource) => Template;
  readonly size: number;
}

/** Keeps the templates of the `max` webhooks that were called last: a webhook that is never called costs nothing. */
export function createTemplates(
  environment: Pick<Environment, 'compile'>,
  { max }: { max: number },
): Templates {
  // A Map knows the order of insertion: its first key is the one not used for longest, when each use inserts anew.
  const byWebhook = new Map<string, Compiled>();
  return {
    compiled: (source) => {
      const known = byWebhook.get(source.id);
      const compiled = known?.version === source.version ? known : compile(environment, source);
      byWebhook.delete(source.id);
      byWebhook.set(source.id, compiled);
      if (byWebhook.size > max) byWebhook.delete(byWebhook.keys().next().value!);
      if ('error' in compiled) throw compiled.error;
      return compiled.template;
    },
    get size() {
      return byWebhook.size;
    },
  };
}

function compile(environment: Pick<Environment, 'compile'>, { version, template }: TemplateSource): Compiled {
  try {
    return { version, template: environment.compile(template) };
  } catch (error) {
    if (error instanceof TemplateError) return { version, error };
    throw error;
  }
}
