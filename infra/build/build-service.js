import { readFileSync } from 'node:fs';
import { build } from 'esbuild';

/**
 * `nx build` of a service, run in its folder: bundles its sources with our libraries and leaves third-party modules
 * external, because OpenTelemetry patches modules as they load and sees nothing inside a bundle. Every file named under
 * `tributary.entries` of package.json (default src/main.ts) becomes an entry of dist/; a service that has telemetry gets
 * dist/register.js too, to be loaded first (`node --import ./dist/register.js dist/main.js`).
 */
const { tributary, dependencies } = JSON.parse(readFileSync('package.json', 'utf8'));
const register = '@tributary/telemetry' in dependencies ? ['../../libs/telemetry/src/register.ts'] : [];

await build({
  entryPoints: [...(tributary?.entries ?? ['src/main.ts']), ...register],
  outdir: 'dist',
  entryNames: '[name]',
  bundle: true,
  platform: 'node',
  target: 'node24',
  format: 'esm',
  sourcemap: true,
  conditions: ['tributary-source'],
  plugins: [
    {
      name: 'third-party-stays-external',
      setup: ({ onResolve }) =>
        onResolve({ filter: /^[^./]/ }, ({ path }) =>
          path.startsWith('@tributary/') || path.startsWith('/') ? undefined : { path, external: true },
        ),
    },
  ],
});
