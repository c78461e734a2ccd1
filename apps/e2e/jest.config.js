import preset from '../../jest.preset.js';

export default {
  ...preset,
  testTimeout: 60_000,
  globalSetup: '<rootDir>/src/global-setup.ts',
  globalTeardown: '<rootDir>/src/global-teardown.ts',
};
