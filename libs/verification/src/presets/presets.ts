import type { Preset } from '../preset.ts';
import { awsSns } from './aws-sns.ts';
import { bitbucket } from './bitbucket.ts';
import { discord } from './discord.ts';
import { github } from './github.ts';
import { gitlab } from './gitlab.ts';
import { hubspot } from './hubspot.ts';
import { intercom } from './intercom.ts';
import { linear } from './linear.ts';
import { mailgun } from './mailgun.ts';
import { meta } from './meta.ts';
import { okta } from './okta.ts';
import { paddle } from './paddle.ts';
import { pagerduty } from './pagerduty.ts';
import { sendgrid } from './sendgrid.ts';
import { shopify } from './shopify.ts';
import { slack } from './slack.ts';
import { square } from './square.ts';
import { standardWebhooks } from './standard-webhooks.ts';
import { stripe } from './stripe.ts';
import { svix } from './svix.ts';
import { twilio } from './twilio.ts';
import { typeform } from './typeform.ts';
import { zendesk } from './zendesk.ts';
import { zoom } from './zoom.ts';

/** Vendors by the names that webhooks use. */
export const presets = {
  github,
  gitlab,
  stripe,
  slack,
  shopify,
  twilio,
  'standard-webhooks': standardWebhooks,
  linear,
  square,
  zoom,
  pagerduty,
  intercom,
  bitbucket,
  sendgrid,
  mailgun,
  hubspot,
  discord,
  'aws-sns': awsSns,
  meta,
  zendesk,
  okta,
  typeform,
  paddle,
  svix,
} as const satisfies Record<string, Preset>;

export type PresetName = keyof typeof presets;

export const presetNames = Object.keys(presets) as PresetName[];

export function isPresetName(name: unknown): name is PresetName {
  return typeof name === 'string' && Object.hasOwn(presets, name);
}
