export { clientAddress, isCidr, normalizeAddress, UNKNOWN_ADDRESS } from './address.ts';
export { prepareHandshakes } from './answer-handshake.ts';
export type {
  HandshakeEntry,
  HandshakeOptions,
  HandshakeOutcome,
  HandshakeRequest,
  PreparedHandshakes,
} from './answer-handshake.ts';
export { prepareAuthentication } from './authentication.ts';
export type { AuthenticationEntry, AuthenticationOptions, PreparedAuthentication } from './authentication.ts';
export { createCertificateStore, fetchOverHttps } from './certificate-store.ts';
export type { CertificateStore, CertificateStoreOptions, FetchCertificate } from './certificate-store.ts';
export type { Handshake } from './handshakes/handshake.ts';
export { handshakeNames, handshakes } from './handshakes/handshakes.ts';
export type { HandshakeName } from './handshakes/handshakes.ts';
export type { Preset } from './preset.ts';
export { isPresetName, presetNames, presets } from './presets/presets.ts';
export type { PresetName } from './presets/presets.ts';
export type { VerifiableRequest } from './request.ts';
export { signatureScheme } from './scheme.ts';
export type { SignatureScheme } from './scheme.ts';
export type { Secret } from './secret.ts';
export { signRequest } from './sign-request.ts';
export type { SignedRequest, SigningOptions } from './sign-request.ts';
export type { Acceptance, Refusal, RefusalCause, Verdict } from './verdict.ts';
