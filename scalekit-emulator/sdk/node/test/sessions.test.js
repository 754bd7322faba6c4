// Sessions, over gRPC: with and without TLS.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ACME, Application, CALLBACK } from '../support/application.js';
import { Emulator } from '../support/emulator.js';

const ADA = 'usr_100000000000000001';
const BOB = 'bob@acme.example';
const DAY = 86_400;

const certified = ['--tls-cert', process.env.EMULATOR_CERTIFICATE, '--tls-key', process.env.EMULATOR_KEY];
const emulators = {
  h2c: await Emulator.start('--redirect-uri', CALLBACK),
  TLS: await Emulator.start('--redirect-uri', CALLBACK, ...certified),
};

const named = (name) => (error) => {
  assert.equal(error.constructor.name, name, error.stack);
  return true;
};
const NOT_FOUND = named('ScalekitNotFoundException');
const REFUSED = { message: /status code 400/ };

for (const [wire, emulator] of Object.entries(emulators)) {
  let application;
  let client;

  const fresh = async () => {
    await emulator.reset();
    application = new Application(emulator);
    client = application.client;
  };
  const sessionOf = async ({ accessToken }) => (await client.validateToken(accessToken)).sid;
  const check = (name, body) =>
    test(`${name} (${wire})`, async () => {
      await fresh();
      await body();
    });

  check('authenticateWithCode', async () => {
    const tokens = await application.signIn();
    assert.equal(new URL(emulator.url).protocol, wire === 'TLS' ? 'https:' : 'http:');
    assert.equal(await client.validateAccessToken(tokens.accessToken, { issuer: emulator.url }), true);
    assert.ok(await client.refreshAccessToken(tokens.refreshToken));
  });

  check('getSession has the details', async () => {
    const sid = await sessionOf(await application.signIn());
    const session = await client.session.getSession(sid);
    assert.equal(session.sessionId, sid);
    assert.equal(session.userId, ADA);
    assert.equal(session.organizationId, ACME);
    assert.deepEqual(session.authenticatedOrganizations, [ACME]);
    const [{ clientId, organizationId }] = session.authenticatedClients;
    assert.deepEqual([clientId, organizationId], [emulator.clientId, ACME]);
    assert.equal(session.status, 'active');
    assert.equal(session.device.userAgent, 'Person/1.0');
    assert.equal(session.device.ip, '127.0.0.1');
    const { createdAt, lastActiveAt, idleExpiresAt, absoluteExpiresAt } = session;
    assert.ok(Math.abs(Number(createdAt.seconds) - Date.now() / 1000) < 60);
    assert.equal(Number(idleExpiresAt.seconds - lastActiveAt.seconds), 7 * DAY);
    assert.equal(Number(absoluteExpiresAt.seconds - createdAt.seconds), 30 * DAY);
    assert.equal(session.expiredAt, undefined);
    assert.equal(session.logoutAt, undefined);
  });

  check('getSession of nobody is not found', async () => {
    await assert.rejects(client.session.getSession('ses_0'), NOT_FOUND);
  });

  check('getSession gets a token when it needs one', async () => {
    const sid = await sessionOf(await application.signIn());
    await client.session.getSession(sid);
    await client.session.getSession(sid);
    assert.equal((await emulator.calls()).token_client_credentials, 1);
    await emulator.advanceClock(DAY + 1);
    assert.equal((await client.session.getSession(sid)).sessionId, sid);
    assert.equal((await emulator.calls()).token_client_credentials, 2);
  });

  check('getSession is tried again when the server is not there', async () => {
    const sid = await sessionOf(await application.signIn());
    await client.session.getSession(sid);
    const before = (await emulator.calls()).session;
    await emulator.fail('session', 1, { kind: 'status', status: 503 });
    assert.equal((await client.session.getSession(sid)).sessionId, sid);
    assert.equal((await emulator.calls()).session, before + 2);
  });

  check('getUserSessions come in pages', async () => {
    const ids = [];
    for (let n = 0; n < 3; n += 1) ids.push(await sessionOf(await application.signIn()));
    const first = await client.session.getUserSessions(ADA, { pageSize: 2 });
    assert.deepEqual([first.totalSize, first.sessions.length, first.prevPageToken], [3, 2, '']);
    const second = await client.session.getUserSessions(ADA, { pageSize: 2, pageToken: first.nextPageToken });
    assert.equal(second.nextPageToken, '');
    const shown = [...first.sessions, ...second.sessions].map((session) => session.sessionId);
    assert.deepEqual(shown.sort(), ids.sort());
  });

  check('getUserSessions with a filter', async () => {
    const kept = await sessionOf(await application.signIn());
    const revoked = await sessionOf(await application.signIn());
    await client.session.revokeSession(revoked);
    const ids = async (filter) => {
      const { sessions } = await client.session.getUserSessions(ADA, { filter });
      return sessions.map((session) => session.sessionId).sort();
    };
    const soon = new Date(Date.now() + 3_600_000);
    assert.deepEqual(await ids({ status: ['ACTIVE'] }), [kept]);
    assert.deepEqual(await ids({ status: ['active', 'revoked'] }), [kept, revoked].sort());
    assert.deepEqual(await ids({ endTime: soon }), [kept, revoked].sort());
    assert.deepEqual(await ids({ startTime: soon }), []);
  });

  check('getUserSessions of nobody is not found', async () => {
    await assert.rejects(client.session.getUserSessions('usr_0'), NOT_FOUND);
  });

  check('revokeSession ends the refresh token', async () => {
    const tokens = await application.signIn();
    const sid = await sessionOf(tokens);
    const { revokedSession } = await client.session.revokeSession(sid);
    assert.deepEqual([revokedSession.sessionId, revokedSession.status], [sid, 'revoked']);
    assert.ok(revokedSession.logoutAt);
    await assert.rejects(client.refreshAccessToken(tokens.refreshToken), REFUSED);
    assert.equal((await client.session.getSession(sid)).status, 'revoked');
  });

  check('revokeAllUserSessions ends them all', async () => {
    const mine = [await application.signIn(), await application.signIn()];
    const other = await application.signIn({ email: BOB });
    const { totalRevoked, revokedSessions } = await client.session.revokeAllUserSessions(ADA);
    assert.deepEqual([totalRevoked, revokedSessions.length], [2, 2]);
    for (const { refreshToken } of mine) {
      await assert.rejects(client.refreshAccessToken(refreshToken), REFUSED);
    }
    assert.ok(await client.refreshAccessToken(other.refreshToken));
    assert.equal((await client.session.revokeAllUserSessions(ADA)).totalRevoked, 0);
  });

  check('getOrganization is not implemented', async () => {
    await assert.rejects(client.organization.getOrganization(ACME), named('ScalekitNotImplementedException'));
  });
}
