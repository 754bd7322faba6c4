// Logging out, with the browser.
import assert from 'node:assert/strict';
import { beforeEach, test } from 'node:test';
import { Application, CALLBACK, HOME } from '../support/application.js';
import { Browser, query } from '../support/browser.js';
import { Emulator } from '../support/emulator.js';

const emulator = await Emulator.start('--redirect-uri', CALLBACK);
let application;
let browser;
let tokens;

beforeEach(async () => {
  await emulator.reset();
  application = new Application(emulator);
  browser = new Browser();
  tokens = await application.signIn({ browser });
});

const logoutUrl = (options) =>
  application.client.getLogoutUrl({ idTokenHint: tokens.idToken, postLogoutRedirectUri: HOME, ...options });

test('getLogoutUrl leads to the post-logout address', async () => {
  const url = logoutUrl({ state: 's 1' });
  assert.ok(url.startsWith(`${emulator.url}/oidc/logout?id_token_hint=`));
  assert.equal(await browser.location(url), `${HOME}?state=s+1`);
});

test('getLogoutUrl ends the session of the browser', async () => {
  await browser.location(logoutUrl());
  const callback = await browser.location(application.authorizationUrl({ prompt: 'none' }));
  assert.equal(query(callback).error, 'login_required');
});

test('getLogoutUrl without options shows a page', async () => {
  assert.equal(application.client.getLogoutUrl(), `${emulator.url}/oidc/logout`);
  assert.equal((await browser.open(application.client.getLogoutUrl())).status, 200);
});

test('getLogoutUrl to a stranger is refused', async () => {
  const page = await browser.open(logoutUrl({ postLogoutRedirectUri: 'https://evil.example/' }));
  assert.equal(page.status, 400);
  assert.ok(await application.client.refreshAccessToken(tokens.refreshToken));
});
