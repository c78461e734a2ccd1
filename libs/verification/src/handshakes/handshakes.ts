import { cloudevents } from './cloudevents.ts';
import { dropbox } from './dropbox.ts';
import { eventGrid } from './event-grid.ts';
import type { Handshake } from './handshake.ts';
import { meta } from './meta.ts';
import { microsoftGraph } from './microsoft-graph.ts';
import { slack } from './slack.ts';
import { sns } from './sns.ts';
import { websub } from './websub.ts';
import { xCrc } from './x-crc.ts';
import { zoom } from './zoom.ts';

/** Handshakes by the names that webhooks use. */
export const handshakes = {
  slack,
  meta,
  'microsoft-graph': microsoftGraph,
  'event-grid': eventGrid,
  cloudevents,
  sns,
  zoom,
  dropbox,
  'x-crc': xCrc,
  websub,
} satisfies Record<string, Handshake>;

export type HandshakeName = keyof typeof handshakes;

export const handshakeNames = Object.keys(handshakes) as HandshakeName[];
