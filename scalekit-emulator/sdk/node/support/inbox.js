// A server that webhooks are sent to.
import { once } from 'node:events';
import { createServer } from 'node:http';
import { after } from 'node:test';

export class Inbox {
  #messages = [];
  #waiting = null;

  // Starts a server that ends with the tests of the file.
  static async start() {
    const inbox = new Inbox();
    const server = createServer(async (request, response) => {
      const chunks = [];
      for await (const chunk of request) chunks.push(chunk);
      const body = Buffer.concat(chunks).toString();
      inbox.#messages.push({ headers: request.headers, body, event: JSON.parse(body) });
      response.writeHead(201).end();
      inbox.#waiting?.();
    });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    after(() => server.close());
    inbox.url = `http://localhost:${server.address().port}/webhooks`;
    return inbox;
  }

  // Waits for the next event of a kind.
  async next(kind) {
    for (;;) {
      const index = this.#messages.findIndex((message) => message.event.type === kind);
      if (index >= 0) return this.#messages.splice(index, 1)[0];
      await new Promise((resolve) => (this.#waiting = resolve));
    }
  }

  clear() {
    this.#messages = [];
  }
}
