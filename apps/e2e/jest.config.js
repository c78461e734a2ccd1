import preset from '../../jest.preset.js';

export default {
  ...preset,
  globalSetup: '<rootDir>/src/global-setup.ts',
  globalTeardown: '<rootDir>/src/global-teardown.ts',
};
