// Is a token good?
import assert from 'node:assert/strict';
import { beforeEach, test } from 'node:test';
import { ACME, Application, CALLBACK } from '../support/application.js';
import { Emulator } from '../support/emulator.js';

const emulator = await Emulator.start('--redirect-uri', CALLBACK);
let application;
let tokens;

beforeEach(async () => {
  await emulator.reset();
  application = new Application(emulator);
  tokens = await application.signIn();
});

// An access token that is wrong in one respect.
const refreshed = async (wrong, details) => {
  await emulator.spoilTokens(wrong, details);
  const { accessToken } = await application.client.refreshAccessToken(tokens.refreshToken);
  return accessToken;
};

test('validateAccessToken takes a good one', async () => {
  const options = { issuer: emulator.url, audience: [emulator.clientId] };
  assert.equal(await application.client.validateAccessToken(tokens.accessToken), true);
  assert.equal(await application.client.validateAccessToken(tokens.accessToken, options), true);
});

test('validateToken has the claims', async () => {
  const options = { issuer: emulator.url, audience: ['somebody', emulator.clientId] };
  const claims = await application.client.validateToken(tokens.accessToken, options);
  assert.equal(claims.iss, emulator.url);
  assert.deepEqual(claims.aud, [emulator.clientId]);
  assert.equal(claims.sub, 'usr_100000000000000001');
  assert.equal(claims.oid, ACME);
  assert.match(claims.sid, /^ses_/);
  assert.match(claims.jti, /^tkn_/);
  assert.deepEqual(claims.roles, ['admin']);
  assert.ok(claims.permissions.includes('invoices:read'));
  assert.equal(claims.exp - claims.iat, 300);
  assert.equal(claims.client_id, emulator.clientId);
});

test('validateToken refuses an expired one', async () => {
  const token = await refreshed('clock_offset', { seconds: -3600 });
  assert.match(await application.refuses(token), /"exp" claim/);
});

test('validateToken refuses one from the future', async () => {
  const token = await refreshed('not_before_in_future', { seconds: 3600 });
  assert.match(await application.refuses(token), /"nbf" claim/);
});

test('validateToken refuses another audience', async () => {
  const token = await refreshed('wrong_audience', { audience: 'skc_somebody_else' });
  assert.match(await application.refuses(token, { audience: [emulator.clientId] }), /"aud" claim/);
  assert.equal(await application.refuses(token), null);
});

test('validateToken takes an audience that is a string', async () => {
  const token = await refreshed('audience_as_string');
  assert.equal(await application.refuses(token, { audience: [emulator.clientId] }), null);
});

test('validateToken refuses another issuer', async () => {
  const token = await refreshed('wrong_issuer', { issuer: 'https://evil.example' });
  assert.match(await application.refuses(token, { issuer: emulator.url }), /"iss" claim/);
  assert.equal(await application.refuses(token), null);
});

test('validateToken refuses a changed one', async () => {
  const [header, body, signature] = tokens.accessToken.split('.');
  const claims = JSON.parse(Buffer.from(body, 'base64url'));
  const changed = Buffer.from(JSON.stringify({ ...claims, roles: ['owner'] })).toString('base64url');
  assert.match(await application.refuses(`${header}.${changed}.${signature}`), /signature/);
});

test('validateToken refuses other algorithms', async () => {
  for (const wrong of ['algorithm_none', 'algorithm_hs256']) {
    assert.ok(await application.refuses(await refreshed(wrong)), wrong);
  }
});

test('validateToken refuses an unknown key', async () => {
  assert.match(await application.refuses(await refreshed('unknown_kid')), /no applicable key/);
});

test('validateToken does not see that keys were rotated', async () => {
  // The SDK keeps the first key set for ever: only another client takes tokens of the new key.
  await application.client.validateToken(tokens.accessToken);
  await emulator.rotateKeys();
  const { accessToken } = await application.client.refreshAccessToken(tokens.refreshToken);
  assert.match(await application.refuses(accessToken), /no applicable key/);
  assert.equal((await emulator.calls()).keys, 1);
  assert.equal(await new Application(emulator).client.validateAccessToken(accessToken), true);
});

test('validateToken wants scopes', async () => {
  // User tokens have `scope`, a string; the SDK reads `scopes`, a list.
  const refusal = await application.refuses(tokens.accessToken, { requiredScopes: ['openid'] });
  assert.match(refusal, /Token missing required scopes: openid/);
});

test('getClientAccessToken is one of an application', async () => {
  const token = await application.client.getClientAccessToken();
  const claims = await application.client.validateToken(token);
  assert.equal(claims.sub, emulator.clientId);
  assert.equal(claims.exp - claims.iat, 86_400);
  assert.equal('sid' in claims, false);
});

test('generateClientToken needs the secret', async () => {
  const token = await application.client.generateClientToken(emulator.clientId, emulator.clientSecret);
  assert.equal(await application.refuses(token), null);
  await assert.rejects(application.client.generateClientToken(emulator.clientId, 'wrong'), {
    name: 'ScalekitUnauthorizedException',
  });
});
