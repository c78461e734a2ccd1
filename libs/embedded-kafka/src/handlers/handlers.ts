import type { Handler } from '../broker-context.ts';
import type { ApiName } from '../protocol/apis.ts';
import * as cluster from './cluster.ts';
import * as configs from './configs.ts';
import * as fetch from './fetch.ts';
import * as groupOffsets from './group-offsets.ts';
import * as groups from './groups.ts';
import * as offsets from './offsets.ts';
import * as produce from './produce.ts';
import * as topics from './topics.ts';
import * as transactions from './transactions.ts';

/** Who answers which API: each module exports a function by the name of each API that it answers. */
export const handlers: { readonly [N in ApiName]: Handler<N> } = {
  ...cluster,
  ...configs,
  ...fetch,
  ...groupOffsets,
  ...groups,
  ...offsets,
  ...produce,
  ...topics,
  ...transactions,
};
