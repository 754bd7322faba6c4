// Refresh tokens rotate.
import assert from 'node:assert/strict';
import { beforeEach, test } from 'node:test';
import { Application, CALLBACK, HOME } from '../support/application.js';
import { Browser } from '../support/browser.js';
import { Emulator } from '../support/emulator.js';

const DAY = 86_400;
const REFUSED = { message: 'Failed to refresh token: Request failed with status code 400' };

const emulator = await Emulator.start('--redirect-uri', CALLBACK);
let application;
let client;

beforeEach(async () => {
  await emulator.reset();
  application = new Application(emulator);
  client = application.client;
});

test('refreshAccessToken brings new tokens', async () => {
  const tokens = await application.signIn();
  const fresh = await client.refreshAccessToken(tokens.refreshToken);
  assert.deepEqual(Object.keys(fresh), ['accessToken', 'refreshToken']);
  assert.notEqual(fresh.refreshToken, tokens.refreshToken);
  assert.equal(await client.validateAccessToken(fresh.accessToken), true);
  assert.ok(await client.refreshAccessToken(fresh.refreshToken));
});

test('refreshAccessToken inside the grace gets the same successor', async () => {
  const tokens = await application.signIn();
  const first = await client.refreshAccessToken(tokens.refreshToken);
  await emulator.advanceClock(29);
  const second = await client.refreshAccessToken(tokens.refreshToken);
  assert.equal(second.refreshToken, first.refreshToken);
});

test('refreshAccessToken after the grace is refused', async () => {
  const tokens = await application.signIn();
  const fresh = await client.refreshAccessToken(tokens.refreshToken);
  await emulator.advanceClock(31);
  await assert.rejects(client.refreshAccessToken(tokens.refreshToken), REFUSED);
  assert.ok(await client.refreshAccessToken(fresh.refreshToken));
});

test('refreshAccessToken ends with the session', async () => {
  const browser = new Browser();
  const tokens = await application.signIn({ browser });
  const options = { idTokenHint: tokens.idToken, postLogoutRedirectUri: HOME };
  await browser.location(client.getLogoutUrl(options));
  await assert.rejects(client.refreshAccessToken(tokens.refreshToken), REFUSED);
});

test('refreshAccessToken ends when the session was idle', async () => {
  const tokens = await application.signIn();
  await emulator.advanceClock(7 * DAY);
  await assert.rejects(client.refreshAccessToken(tokens.refreshToken), REFUSED);
});

test('refreshAccessToken needs a refresh token in question and answer', async () => {
  await assert.rejects(client.refreshAccessToken(''), { message: 'Refresh token is required' });
  const tokens = await application.signIn();
  await emulator.spoilTokens('omit_refresh_token');
  await assert.rejects(client.refreshAccessToken(tokens.refreshToken), {
    message: 'Missing refresh_token in authentication response',
  });
});

test('refreshAccessToken is not tried again', async () => {
  const tokens = await application.signIn();
  await emulator.fail('token', 1, { kind: 'status', status: 503 });
  await assert.rejects(client.refreshAccessToken(tokens.refreshToken));
  assert.equal((await emulator.calls()).token_refresh, 1);
  assert.ok(await client.refreshAccessToken(tokens.refreshToken));
});

test('refreshAccessToken whose answer is lost can be repeated', async () => {
  const tokens = await application.signIn();
  await emulator.fail('token', 1, { kind: 'drop_connection_after_processing' });
  await assert.rejects(client.refreshAccessToken(tokens.refreshToken));
  assert.ok(await client.refreshAccessToken(tokens.refreshToken));
});
