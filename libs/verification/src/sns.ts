import { sign } from 'node:crypto';
import type { KeyObject, X509Certificate } from 'node:crypto';
import type { AuthenticationOptions } from './authentication.ts';
import { refuseAlways } from './authenticator.ts';
import type { Authenticator } from './authenticator.ts';
import type { CertificateStore } from './certificate-store.ts';
import { matchSecrets } from './constant-time.ts';
import type { RequestView } from './request.ts';
import type { Secret } from './secret.ts';
import { decodeBytes } from './signature-header.ts';
import { isSignature } from './signature-keys.ts';
import { parseTimestamp } from './timestamp.ts';
import { refusal } from './verdict.ts';
import type { Verdict } from './verdict.ts';

/**
 * How Amazon SNS signs: a key that all topics of a region share, whose certificate the message points to. The language of
 * schemes leaves this out on purpose, for it makes us fetch what a sender names; only this record does, with the host
 * pinned to the region of a topic that the webhook lists.
 */
export interface SnsScheme {
  algorithm: 'sns';
  tolerance_seconds: number;
  /** The members of a message that are signed, by its type, in the order signed; absent ones are left out. */
  signed: Record<string, readonly string[]>;
  /** Node's digest by SignatureVersion. */
  digests: Record<string, string>;
}

export function isSnsScheme(scheme: unknown): scheme is SnsScheme {
  return typeof scheme === 'object' && scheme !== null && (scheme as SnsScheme).algorithm === 'sns';
}

const missing = refusal('credentials_missing', 'The message carries no signature.');
const wrong = refusal('signature', 'The signature does not match.');
const otherTopic = refusal('signature', 'The message comes from a topic that this webhook does not list.');
const untimely = refusal('timestamp', 'The timestamp is too far from now.');
const unusable = refusal('signature', 'Signatures of Amazon SNS cannot be checked here.');
/** SNS gives a message up at a 4xx and tries again at a 5xx: it shall not be lost because we could not fetch. */
const noCertificate = refusal('internal', 'The certificate of the signature is not to be had now.');

const TOPIC_ARN =
  /^arn:aws(?:-[a-z]+)*:sns:([a-z]{2}(?:-[a-z]+)+-\d{1,2}):\d{12}:[A-Za-z0-9_-]{1,256}(?:\.fifo)?$/;
const CERTIFICATE_PATH = /^\/SimpleNotificationService-[0-9A-Za-z]{8,64}\.pem$/;

/** Whether a text names a topic of Amazon SNS. */
export function isTopicArn(text: string): boolean {
  return TOPIC_ARN.test(text);
}

/** Checks messages of the topics whose ARNs are given in place of secrets. */
export function prepareSns(
  scheme: SnsScheme,
  topics: readonly Secret[],
  { certificates }: AuthenticationOptions,
): Authenticator {
  const usable = topics.filter(({ value }) => isTopicArn(value));
  if (!certificates || usable.length === 0) return refuseAlways(unusable);
  const match = matchSecrets(usable);
  return {
    verify: (view) => {
      const signature = view.json('/Signature');
      if (signature === undefined) return missing;
      const topic = match(view.json('/TopicArn') ?? '');
      if (!topic) return otherTopic;
      const message = readMessage(view, { scheme, topic, signature });
      return message ? checkMessage(message, { view, scheme, certificates }) : wrong;
    },
  };
}

interface SnsMessage {
  topic: Secret;
  signature: Buffer;
  digest: string;
  signed: string;
  certificateUrl: string;
  sentMs: number;
}

interface Reading {
  scheme: SnsScheme;
  topic: Secret;
  signature: string;
}

function readMessage(view: RequestView, { scheme, topic, signature }: Reading): SnsMessage | undefined {
  const keys = own(scheme.signed, view.json('/Type'));
  const digest = own(scheme.digests, view.json('/SignatureVersion'));
  const bytes = decodeBytes(signature, 'base64');
  const certificateUrl = certificateUrlOf(view.json('/SigningCertURL') ?? '', topic.value);
  const sentMs = parseTimestamp(view.json('/Timestamp') ?? '', 'iso8601');
  if (!keys || !digest || !bytes || certificateUrl === undefined || sentMs === undefined) return undefined;
  return { topic, signature: bytes, digest, signed: signedText(keys, view.json), certificateUrl, sentMs };
}

function own<T>(record: Record<string, T>, key: string | undefined): T | undefined {
  return key !== undefined && Object.hasOwn(record, key) ? record[key] : undefined;
}

/** Names and values, each on a line of its own. */
function signedText(keys: readonly string[], valueOf: (pointer: string) => string | undefined): string {
  return keys
    .flatMap((key) => {
      const value = valueOf(`/${key}`);
      return value === undefined ? [] : [`${key}\n${value}\n`];
    })
    .join('');
}

/** The URL, if it is one of SNS's own in the region of the topic. */
export function certificateUrlOf(text: string, topicArn: string): string | undefined {
  const region = TOPIC_ARN.exec(topicArn)?.[1];
  if (region === undefined || !URL.canParse(text)) return undefined;
  const url = new URL(text);
  const host = `sns.${region}.amazonaws.com${region.startsWith('cn-') ? '.cn' : ''}`;
  const isOurs =
    url.protocol === 'https:' &&
    url.host === host &&
    url.username === '' &&
    url.password === '' &&
    url.search === '';
  return isOurs && CERTIFICATE_PATH.test(url.pathname) ? `https://${host}${url.pathname}` : undefined;
}

interface Checking {
  view: RequestView;
  scheme: SnsScheme;
  certificates: CertificateStore;
}

function checkMessage(message: SnsMessage, checking: Checking): Verdict | Promise<Verdict> {
  const certificate = checking.certificates.get(message.certificateUrl);
  return certificate instanceof Promise
    ? certificate.then((loaded) => judge(message, loaded, checking))
    : judge(message, certificate, checking);
}

function judge(
  message: SnsMessage,
  certificate: X509Certificate | undefined,
  { view, scheme }: Checking,
): Verdict {
  const { nowMs } = view.request;
  if (!certificate) return noCertificate;
  const { publicKey } = certificate;
  const isUsable = publicKey.asymmetricKeyType === 'rsa' && isValidAt(certificate, nowMs);
  if (!isUsable || !isSignature(publicKey, message.digest, Buffer.from(message.signed), message.signature))
    return wrong;
  if (Math.abs(nowMs - message.sentMs) > scheme.tolerance_seconds * 1000) return untimely;
  return { ok: true, used: [message.topic.id] };
}

function isValidAt({ validFromDate, validToDate }: X509Certificate, ms: number): boolean {
  return validFromDate.getTime() <= ms && ms <= validToDate.getTime();
}

/** The signature of a message, as SNS would make it with this key; for tests. */
export function signSnsMessage(
  scheme: SnsScheme,
  message: Record<string, unknown>,
  privateKey: KeyObject,
): string {
  const keys = own(scheme.signed, String(message['Type'])) ?? [];
  const digest = own(scheme.digests, String(message['SignatureVersion'])) ?? 'sha256';
  const text = signedText(keys, (pointer) => message[pointer.slice(1)] as string | undefined);
  return sign(digest, Buffer.from(text), privateKey).toString('base64');
}
