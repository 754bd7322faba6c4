// From the authorization URL over the hosted page to tokens and a user.
import assert from 'node:assert/strict';
import { beforeEach, test } from 'node:test';
import { ACME, Application, CALLBACK } from '../support/application.js';
import { ADA, Browser, SAM, query } from '../support/browser.js';
import { Emulator } from '../support/emulator.js';

const RIVERS = 'org_100000000000000003';
const BRIDGES = 'org_100000000000000004';
const CONNECTION = 'conn_100000000000000002';
// RFC 7636, appendix B
const VERIFIER = 'dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk';
const CHALLENGE = 'E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM';

const emulator = await Emulator.start('--redirect-uri', CALLBACK);
let application;

beforeEach(async () => {
  await emulator.reset();
  application = new Application(emulator);
});

const rejectsWith = (status, error) => (failure) => {
  assert.equal(failure.response.status, status);
  assert.equal(failure.response.data.error, error);
  return true;
};

test('getAuthorizationUrl has what the application asked for', async () => {
  const url = application.authorizationUrl({
    nonce: 'n-1',
    loginHint: 'jöhn+x@acme.example',
    domainHint: 'acme.example',
    organizationId: ACME,
    prompt: 'login',
  });
  assert.ok(url.startsWith(`${emulator.url}/oauth/authorize?`));
  const page = await new Browser().open(url);
  assert.equal(page.status, 200);
  assert.match(page.html, /jöhn\+x@acme\.example/);
});

test('getAuthorizationUrl with default scopes gets no refresh token', async () => {
  const callback = await new Browser().signIn(application.client.getAuthorizationUrl(CALLBACK), ADA);
  assert.equal('state' in query(callback), false);
  const result = await application.exchange(query(callback).code);
  assert.equal(result.refreshToken, undefined);
  assert.ok(result.accessToken);
});

test('getAuthorizationUrl: its state comes back', async () => {
  const state = "a b/c+d=e&f'g(h)*!~ü";
  const callback = await new Browser().signIn(application.authorizationUrl({ state }), ADA);
  assert.equal(query(callback).state, state);
});

test('getAuthorizationUrl signs in silently when there is a session', async () => {
  const browser = new Browser();
  await application.code({ browser });
  const callback = await browser.location(application.authorizationUrl({ prompt: 'none' }));
  const { user } = await application.exchange(query(callback).code);
  assert.equal(user.email, ADA);
});

test('getAuthorizationUrl with prompt=none and no session is an error', async () => {
  const url = application.authorizationUrl({ prompt: 'none' });
  const { error, state } = query(await new Browser().location(url));
  assert.deepEqual([error, state], ['login_required', 'st-1']);
});

test('getAuthorizationUrl with prompt=create signs up', async () => {
  const browser = new Browser();
  const page = await browser.open(application.authorizationUrl({ prompt: 'create' }));
  const person = { email: 'new@started.example', name: 'Nell New', organization: 'Started' };
  const { location } = await browser.submit(page, '/login/sign-up', person);
  const { user } = await application.exchange(query(location).code);
  assert.deepEqual([user.email, user.name], ['new@started.example', 'Nell New']);
});

test('getAuthorizationUrl with prompt=select_account switches the organization', async () => {
  const browser = new Browser();
  const form = await browser.open(application.authorizationUrl());
  const chooser = await browser.submit(form, '/login', { email: SAM });
  const first = await browser.submit(chooser, '/login/organization', { organization_id: RIVERS });
  const options = { prompt: 'select_account', organizationId: BRIDGES };
  const second = await browser.location(application.authorizationUrl(options));
  const organizations = [];
  for (const callback of [first.location, second]) {
    const { accessToken } = await application.exchange(query(callback).code);
    organizations.push((await application.client.validateToken(accessToken)).oid);
  }
  assert.deepEqual(organizations, [RIVERS, BRIDGES]);
});

test('getAuthorizationUrl with a connection asks nothing', async () => {
  const url = application.authorizationUrl({ connectionId: CONNECTION, loginHint: ADA });
  const { code } = query(await new Browser().location(url));
  assert.equal((await application.exchange(code)).user.email, ADA);
});

test('getAuthorizationUrl of a person who cancels', async () => {
  const browser = new Browser();
  const page = await browser.open(application.authorizationUrl());
  const { location } = await browser.submit(page, '/login/cancel');
  const { error, state } = query(location);
  assert.deepEqual([error, state], ['access_denied', 'st-1']);
});

test('authenticateWithCode maps the user', async () => {
  const result = await application.signIn();
  assert.equal(result.user.id, 'usr_100000000000000001');
  assert.equal(result.user.email, ADA);
  assert.equal(result.user.emailVerified, true);
  assert.equal(result.user.name, 'Ada Lovelace');
  assert.equal(result.user.givenName, 'Ada');
  assert.equal(result.user.familyName, 'Lovelace');
  assert.equal(result.expiresIn, 299);
  assert.ok(result.idToken && result.accessToken && result.refreshToken);
});

test('authenticateWithCode with PKCE', async () => {
  const options = { codeChallenge: CHALLENGE, codeChallengeMethod: 'S256' };
  const { user } = await application.exchange(await application.code(options), { codeVerifier: VERIFIER });
  assert.equal(user.email, ADA);
  const code = await application.code(options);
  const wrong = { codeVerifier: VERIFIER.replace('d', 'e') };
  await assert.rejects(application.exchange(code, wrong), rejectsWith(400, 'invalid_grant'));
});

test('authenticateWithCode believes any ID token', async () => {
  const code = await application.code();
  await emulator.spoilTokens('algorithm_none', { grant: 'authorization_code' });
  const { idToken, user } = await application.exchange(code);
  assert.equal(user.email, ADA);
  assert.ok(await application.refuses(idToken));
});

test('authenticateWithCode takes a code once', async () => {
  const code = await application.code();
  await application.exchange(code);
  await assert.rejects(application.exchange(code), rejectsWith(400, 'invalid_grant'));
});

test('authenticateWithCode needs the same callback', async () => {
  const code = await application.code();
  const exchange = application.client.authenticateWithCode(code, `${CALLBACK}/other`);
  await assert.rejects(exchange, rejectsWith(400, 'invalid_grant'));
});

test('authenticateWithCode after ten minutes is too late', async () => {
  const code = await application.code();
  await emulator.advanceClock(601);
  await assert.rejects(application.exchange(code), rejectsWith(400, 'invalid_grant'));
});

test('authenticateWithCode needs the secret, and does not tell it in the error', async () => {
  const code = await application.code();
  const { clientId, clientSecret } = emulator;
  const { client } = new Application({ url: emulator.url, clientId, clientSecret: 'wrong' });
  await assert.rejects(client.authenticateWithCode(code, CALLBACK), (failure) => {
    assert.equal(JSON.stringify(failure).includes(clientSecret), false);
    return rejectsWith(401, 'invalid_client')(failure);
  });
});
