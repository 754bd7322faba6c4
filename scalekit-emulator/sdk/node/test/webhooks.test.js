// Webhooks as the emulator sends them.
import assert from 'node:assert/strict';
import { beforeEach, test } from 'node:test';
import { Application, CALLBACK, HOME } from '../support/application.js';
import { ADA, Browser } from '../support/browser.js';
import { Emulator } from '../support/emulator.js';
import { Inbox } from '../support/inbox.js';

const inbox = await Inbox.start();
const emulator = await Emulator.start('--redirect-uri', CALLBACK, '--webhook', inbox.url);
const SECRET = emulator.variables.SCALEKIT_WEBHOOK_SECRET;
let application;

beforeEach(async () => {
  await emulator.reset();
  inbox.clear();
  application = new Application(emulator);
});

const verify = ({ headers, body }, secret = SECRET) =>
  application.client.verifyWebhookPayload(secret, headers, body);

const refuses = (message, why, secret) =>
  assert.throws(
    () => verify(message, secret),
    (error) => {
      const { name } = error.constructor;
      assert.deepEqual({ name, message: error.message }, { name: 'WebhookVerificationError', message: why });
      return true;
    },
  );

const login = async () => {
  await application.signIn();
  return inbox.next('user.login');
};

test('verifyWebhookPayload of a login', async () => {
  const message = await login();
  assert.equal(verify(message), true);
  assert.equal(message.event.data.user.email, ADA);
});

test('verifyWebhookPayload of a logout', async () => {
  const browser = new Browser();
  const tokens = await application.signIn({ browser });
  const options = { idTokenHint: tokens.idToken, postLogoutRedirectUri: HOME };
  await browser.location(application.client.getLogoutUrl(options));
  assert.equal(verify(await inbox.next('user.logout')), true);
});

test('verifyWebhookPayload of a sign-up', async () => {
  const browser = new Browser();
  const page = await browser.open(application.authorizationUrl({ prompt: 'create' }));
  const person = { email: 'new@web.example', name: 'Nell', organization: 'Web' };
  await browser.submit(page, '/login/sign-up', person);
  assert.equal(verify(await inbox.next('user.signup')), true);
});

test('verifyWebhookPayload refuses a changed body', async () => {
  const { headers, body } = await login();
  refuses({ headers, body: body.replace(ADA, 'eve@evil.example') }, 'Invalid Signature');
});

test('verifyWebhookPayload refuses a forged signature', async () => {
  await emulator.spoilWebhooks('wrong_signature');
  refuses(await login(), 'Invalid Signature');
});

test('verifyWebhookPayload refuses an old timestamp', async () => {
  await emulator.spoilWebhooks('old_timestamp');
  refuses(await login(), 'Message timestamp too old');
});

test('verifyWebhookPayload refuses a timestamp of the future', async () => {
  await emulator.advanceClock(3600);
  refuses(await login(), 'Message timestamp too new');
});

test('verifyWebhookPayload takes one of several signatures', async () => {
  await emulator.spoilWebhooks('several_signatures');
  const message = await login();
  assert.ok(message.headers['webhook-signature'].includes(' '));
  assert.equal(verify(message), true);
});

test('verifyWebhookPayload refuses another secret', async () => {
  const other = `whsec_${Buffer.from('another key').toString('base64')}`;
  refuses(await login(), 'Invalid Signature', other);
});
