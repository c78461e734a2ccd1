import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { build } from 'esbuild';

/**
 * `nx build`, run in a project's folder. A library (it has a tsconfig.build.json) is compiled to JavaScript and declarations in
 * dist/; one that is published (`tributary.bundled` in package.json) then has its JavaScript bundled, as an app has. An app is bundled with our libraries; third-party modules stay external, because OpenTelemetry patches modules as
 * they load and sees nothing inside a bundle. Every file named under `tributary.entries` of package.json (default
 * src/main.ts) becomes an entry of dist/; a service that has telemetry gets dist/register.js too, to be loaded first
 * (`node --import ./dist/register.js dist/main.js`).
 */
const { tributary, dependencies = {} } = JSON.parse(readFileSync('package.json', 'utf8'));
const register = '@tributary/telemetry' in dependencies ? ['../../libs/telemetry/src/register.ts'] : [];

const root = resolve('../..');

/** Whether npm put a package under one of our projects, in a version of its own: from dist/ another would be found. */
function isNested(path, fromFolder) {
  const name = path.split('/', path.startsWith('@') ? 2 : 1).join('/');
  for (let folder = fromFolder; folder !== root && folder !== dirname(folder); folder = dirname(folder)) {
    if (existsSync(join(folder, 'node_modules', name))) return true;
  }
  return false;
}

if (existsSync('tsconfig.build.json')) {
  process.exitCode = spawnSync('tsc', ['-p', 'tsconfig.build.json'], { stdio: 'inherit' }).status ?? 1;
  if (process.exitCode === 0 && tributary?.bundled) await bundle(['src/index.ts']);
} else {
  await bundle([...(tributary?.entries ?? ['src/main.ts']), ...register]);
}

async function bundle(entryPoints) {
  await build({
    entryPoints,
    outdir: 'dist',
    entryNames: '[name]',
    bundle: true,
    platform: 'node',
    target: 'node24',
    format: 'esm',
    sourcemap: true,
    conditions: ['tributary-source'],
    // A CommonJS module that is bundled, since npm has put it under one of our projects, may require one that is not.
    banner: {
      js: "import { createRequire as createRequireOfBundle } from 'node:module';\nconst require = createRequireOfBundle(import.meta.url);",
    },
    plugins: [
      {
        name: 'third-party-stays-external',
        setup: ({ onResolve }) =>
          onResolve({ filter: /^[^./]/ }, ({ path, resolveDir }) =>
            path.startsWith('@tributary/') || isNested(path, resolveDir)
              ? undefined
              : { path, external: true },
          ),
      },
    ],
  });
}
