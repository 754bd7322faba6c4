// Logins that start at an identity provider.
import assert from 'node:assert/strict';
import { beforeEach, test } from 'node:test';
import { ACME, Application, CALLBACK } from '../support/application.js';
import { ADA, Browser, query } from '../support/browser.js';
import { Emulator } from '../support/emulator.js';

const emulator = await Emulator.start(
  ...['--redirect-uri', CALLBACK],
  ...['--initiate-login-uri', 'http://localhost:3000/auth/login'],
);
let application;

beforeEach(async () => {
  await emulator.reset();
  application = new Application(emulator);
});

const loginToken = async () => {
  const start = `${emulator.url}/emulator/idp-initiated?org=${ACME}&email=${ADA}&relay_state=/reports`;
  return query(await new Browser().location(start)).idp_initiated_login;
};

const REFUSED = (error) => error.constructor.name === 'ScalekitValidateTokenFailureException';

test('getIdpInitiatedLoginClaims lead to a login', async () => {
  const { client } = application;
  const claims = await client.getIdpInitiatedLoginClaims(await loginToken(), { issuer: emulator.url });
  assert.equal(claims.organization_id, ACME);
  assert.equal(claims.connection_id, 'conn_100000000000000002');
  assert.equal(claims.login_hint, ADA);
  assert.equal(claims.relay_state, '/reports');
  assert.equal(claims.exp - claims.iat, 300);
  const url = application.authorizationUrl({
    connectionId: claims.connection_id,
    organizationId: claims.organization_id,
    loginHint: claims.login_hint,
    state: claims.relay_state,
  });
  const { code, state } = query(await new Browser().location(url));
  assert.equal(state, '/reports');
  assert.equal((await application.exchange(code)).user.email, ADA);
});

test('getIdpInitiatedLoginClaims refuses a changed token', async () => {
  const [header, body, signature] = (await loginToken()).split('.');
  const forged = `${header}.${body}.${signature.slice(0, -4)}AAAA`;
  await assert.rejects(application.client.getIdpInitiatedLoginClaims(forged), REFUSED);
});

test('getIdpInitiatedLoginClaims refuses one of the future', async () => {
  await emulator.advanceClock(3600);
  const token = await loginToken();
  await assert.rejects(application.client.getIdpInitiatedLoginClaims(token), REFUSED);
});
