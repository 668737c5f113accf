// SPDX-License-Identifier: Apache-2.0

/** Whether this browser can use passkeys here: only over HTTPS or on this machine. */
export const passkeysWork: boolean = isSecureContext && 'PublicKeyCredential' in window;

/** Signs a challenge with a passkey of this person; the answer in the JSON form of WebAuthn Level 3 § 5.1. */
export async function assertion(options: PublicKeyCredentialRequestOptionsJSON): Promise<unknown> {
  const publicKey = PublicKeyCredential.parseRequestOptionsFromJSON(options);
  return jsonOf(await navigator.credentials.get({ publicKey }));
}

/** Makes a passkey on this device or key. */
export async function registration(
  options: PublicKeyCredentialCreationOptionsJSON,
): Promise<unknown> {
  const publicKey = PublicKeyCredential.parseCreationOptionsFromJSON(options);
  return jsonOf(await navigator.credentials.create({ publicKey }));
}

function jsonOf(credential: Credential | null): unknown {
  if (!(credential instanceof PublicKeyCredential)) throw new Error('no passkey was chosen');
  return credential.toJSON();
}
